"""Run inside the test's container: llama.cpp's own HTTP server from the xllamacpp wheel, until it
is killed."""

import signal
import sys

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = 4096
parameters.n_parallel = 2
parameters.endpoint_metrics = True
parameters.endpoint_slots = True
parameters.hostnames = [sys.argv[2]]
parameters.port = int(sys.argv[3])
parameters.cpuparams.n_threads = 1
parameters.warmup = False
parameters.n_gpu_layers = 0
server = xllamacpp.Server(parameters)
print("serving", flush=True)
signal.pause()
