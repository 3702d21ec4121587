from django.http import HttpResponse


def assessments(request):
    return HttpResponse("")


def assessment(request, pk):
    return HttpResponse("")


def evidence_file(request, pk):
    return HttpResponse("")
