# Caddy as it comes, with folders for certificates that its account may write: a new volume takes their owner.
FROM caddy:2
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/caddy/data /var/lib/caddy/config
USER 10001:10001
