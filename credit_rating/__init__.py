"""诚信等级评估: standards, rounds, self-assessment, review, determination, publication."""
