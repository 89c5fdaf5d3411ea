/* A stand-in for libnvidia-ml.so.1, written from the documented interface for tests of nebtui.
 *
 * Every call reads the text file named by NVML_SCENARIO again, so that a test changes the machine while it runs:
 *   count=2                     devices          driver=550.54.15   cuda=12040
 *   0.name=…  0.uuid=…          texts            0.util=87  0.temp=61  0.power=312000 (mW)  0.limit=450000
 *   0.mem_used= 0.mem_total=    bytes            0.sm_clock= 0.max_clock= 0.mem_clock=  0.reasons=  0.pstate=  0.fan=
 *   0.mig=0  0.ecc=1  0.ecc_errors=0  0.rows=corr:unc:pending:failed  0.capability=8:9
 *   0.procs=PID:BYTES:SM,…      `-` for bytes or SM = not available
 *   0.p2p=0  0.topology=10  0.p2p_nvlink=0   answers for any other device; 0.p2p3=, 0.topology3= … for device 3
 *   0.pcie_gen= 0.pcie_width= 0.pcie_max_gen= 0.pcie_max_width=     0.nvlinks=1:1:0 (a figure a link)
 *   0.mig_most=7  0.mig2.uuid=  0.mig2.name= 0.mig2.gi= 0.mig2.slices=GPU:COMPUTE 0.mig2.mem_total= 0.mig2.mem_used=
 *   0.mig2.procs= …             instance 2 of device 0 is there if it has a uuid; 0.mig2.err=4 refuses its handle
 *   0.events=8                  kinds of events it reports; xids=ID:DEVICE:NUMBER[:GI],… delivered once by rising ID
 *   err.init=18  err.FUNCTION=N  0.err.FUNCTION=N  0.err=15 (every call for that device)
 *   sleep.FUNCTION=MS           a call that hangs
 * What has no line is NOT_SUPPORTED. It shows how nebtui handles answers, not how NVIDIA's library behaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, SMALL = 7 };
typedef int ret;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef void *dev;

typedef struct { u32 gpu, memory; } utilization;
typedef struct { u64 total, free, used; } memory1;
typedef struct { u32 version; u64 total, reserved, free, used; } memory2;
typedef struct { u32 pid; u64 used; u32 gpu_instance, compute_instance; } process;
typedef struct { u32 pid; u64 stamp; u32 sm, mem, enc, dec; } sample;
typedef struct { u32 version, sensor; int temperature; } temperature1;
typedef struct {
  char legacy[16]; u32 domain, bus, device, id, subsystem; char bus_id[32];
} pci;

static int initialized = 0;

/* The value of a key in the scenario; 0 where it has no line. */
static int line_of(const char *key, char *out, size_t size) {
  const char *path = getenv("NVML_SCENARIO");
  FILE *file = path ? fopen(path, "r") : NULL;
  char line[16384];
  size_t length = strlen(key);
  int found = 0;
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    if (strncmp(line, key, length) == 0 && line[length] == '=') {
      snprintf(out, size, "%s", line + length + 1);
      found = 1;
    }
  }
  fclose(file);
  return found;
}

static int number(const char *key, u64 *out) {
  char text[64];
  if (!line_of(key, text, sizeof text)) return 0;
  *out = strtoull(text, NULL, 0);
  return 1;
}

/* A handle is the device's number + 1; that of an instance has the instance's number + 1 above the low byte. */
static int index_of(dev device) { return (int)((size_t)device & 255) - 1; }
static int part_of(dev device) { return (int)((size_t)device >> 8) - 1; }

static void key_of(char *out, size_t size, dev device, const char *name) {
  if (part_of(device) < 0) snprintf(out, size, "%d.%s", index_of(device), name);
  else snprintf(out, size, "%d.mig%d.%s", index_of(device), part_of(device), name);
}

/* What the scenario says of this call: sleeps, then gives the error code or OK. */
static ret fault(const char *function, dev device) {
  char key[160];
  u64 code;
  snprintf(key, sizeof key, "sleep.%s", function);
  if (number(key, &code)) usleep((useconds_t)code * 1000);
  if (!initialized) return UNINITIALIZED;
  snprintf(key, sizeof key, "err.%s", function);
  if (number(key, &code)) return (ret)code;
  if (device) {
    snprintf(key, sizeof key, "%d.err.%s", index_of(device), function);
    if (number(key, &code)) return (ret)code;
    snprintf(key, sizeof key, "%d.err", index_of(device));
    if (number(key, &code)) return (ret)code;
  }
  return OK;
}

static ret figure(const char *function, dev device, const char *name, u64 *out) {
  char key[160];
  ret code = fault(function, device);
  if (code) return code;
  key_of(key, sizeof key, device, name);
  return number(key, out) ? OK : NOT_SUPPORTED;
}

static ret words(const char *function, dev device, const char *name, char *out, u32 size) {
  char key[160];
  ret code = fault(function, device);
  if (code) return code;
  key_of(key, sizeof key, device, name);
  return line_of(key, out, size) ? OK : NOT_SUPPORTED;
}

#define FIGURE(function, name, type)                       \
  ret function(dev device, type *out) {                    \
    u64 value;                                             \
    ret code = figure(#function, device, name, &value);    \
    if (code == OK) *out = (type)value;                    \
    return code;                                           \
  }

/* --- the library ------------------------------------------------------------------------------------------- */

ret nvmlInitWithFlags(u32 flags) {
  u64 code;
  (void)flags;
  if (number("err.init", &code) && code) return (ret)code;
  initialized = 1;
  return OK;
}
ret nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
ret nvmlShutdown(void) { initialized = 0; return OK; }
const char *nvmlErrorString(ret code) { return code == 15 ? "GPU is lost" : "stand-in error"; }

static ret text_of(const char *function, const char *key, char *out, u32 size) {
  ret code = fault(function, NULL);
  return code ? code : line_of(key, out, size) ? OK : NOT_SUPPORTED;
}
ret nvmlSystemGetDriverVersion(char *out, u32 size) { return text_of("nvmlSystemGetDriverVersion", "driver", out, size); }
ret nvmlSystemGetNVMLVersion(char *out, u32 size) { return text_of("nvmlSystemGetNVMLVersion", "driver", out, size); }
ret nvmlSystemGetCudaDriverVersion_v2(int *out) {
  u64 value;
  ret code = fault("nvmlSystemGetCudaDriverVersion_v2", NULL);
  if (code) return code;
  if (!number("cuda", &value)) return NOT_SUPPORTED;
  *out = (int)value;
  return OK;
}
ret nvmlSystemGetCudaDriverVersion(int *out) { return nvmlSystemGetCudaDriverVersion_v2(out); }
ret nvmlDeviceGetCount_v2(u32 *out) {
  u64 value = 0;
  ret code = fault("nvmlDeviceGetCount_v2", NULL);
  if (code == OK) { number("count", &value); *out = (u32)value; }
  return code;
}

/* --- one device -------------------------------------------------------------------------------------------- */

ret nvmlDeviceGetHandleByIndex_v2(u32 index, dev *out) {
  u64 count = 0;
  number("count", &count);
  if (index >= count) return initialized ? INVALID : UNINITIALIZED;
  *out = (dev)(size_t)(index + 1);
  return fault("nvmlDeviceGetHandleByIndex_v2", *out);
}
ret nvmlDeviceGetHandleByUUID(const char *uuid, dev *out) {
  char key[32], text[96];
  u64 count = 0;
  number("count", &count);
  for (u64 at = 0; at < count; at++) {
    snprintf(key, sizeof key, "%llu.uuid", at);
    if (line_of(key, text, sizeof text) && strcmp(text, uuid) == 0) { *out = (dev)(size_t)(at + 1); return OK; }
  }
  return NOT_FOUND;
}
ret nvmlDeviceGetIndex(dev device, u32 *out) { *out = (u32)index_of(device); return fault("nvmlDeviceGetIndex", device); }
ret nvmlDeviceGetMinorNumber(dev device, u32 *out) { *out = (u32)index_of(device); return fault("nvmlDeviceGetMinorNumber", device); }
ret nvmlDeviceGetName(dev device, char *out, u32 size) { return words("nvmlDeviceGetName", device, "name", out, size); }
ret nvmlDeviceGetUUID(dev device, char *out, u32 size) { return words("nvmlDeviceGetUUID", device, "uuid", out, size); }
ret nvmlDeviceGetPciInfo_v3(dev device, pci *out) {
  memset(out, 0, sizeof *out);
  out->bus = (u32)index_of(device) + 1;
  snprintf(out->bus_id, sizeof out->bus_id, "00000000:%02X:00.0", out->bus);
  return fault("nvmlDeviceGetPciInfo_v3", device);
}
static ret memory_of(const char *function, dev device, u64 *total, u64 *used) {
  ret code = figure(function, device, "mem_total", total);
  return code ? code : figure(function, device, "mem_used", used);
}
ret nvmlDeviceGetMemoryInfo(dev device, memory1 *out) {
  ret code = memory_of("nvmlDeviceGetMemoryInfo", device, &out->total, &out->used);
  out->free = out->total - out->used;
  return code;
}
ret nvmlDeviceGetMemoryInfo_v2(dev device, memory2 *out) {
  if (out->version != (sizeof *out | 2u << 24)) return 25;
  out->reserved = 0;
  ret code = memory_of("nvmlDeviceGetMemoryInfo_v2", device, &out->total, &out->used);
  out->free = out->total - out->used;
  return code;
}
ret nvmlDeviceGetUtilizationRates(dev device, utilization *out) {
  u64 value;
  ret code = figure("nvmlDeviceGetUtilizationRates", device, "util", &value);
  if (code == OK) { out->gpu = (u32)value; out->memory = (u32)value / 2; }
  return code;
}
ret nvmlDeviceGetTemperature(dev device, u32 sensor, u32 *out) {
  u64 value;
  ret code = figure("nvmlDeviceGetTemperature", device, "temp", &value);
  (void)sensor;
  if (code == OK) *out = (u32)value;
  return code;
}
ret nvmlDeviceGetTemperatureV(dev device, temperature1 *out) {
  u64 value;
  ret code = figure("nvmlDeviceGetTemperatureV", device, "temp", &value);
  if (code == OK) out->temperature = (int)value;
  return code;
}
FIGURE(nvmlDeviceGetPowerUsage, "power", u32)
FIGURE(nvmlDeviceGetEnforcedPowerLimit, "limit", u32)
FIGURE(nvmlDeviceGetCurrentClocksEventReasons, "reasons", u64)
FIGURE(nvmlDeviceGetCurrentClocksThrottleReasons, "reasons", u64)
FIGURE(nvmlDeviceGetPerformanceState, "pstate", u32)
FIGURE(nvmlDeviceGetFanSpeed, "fan", u32)
FIGURE(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_gen", u32)
FIGURE(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_max_gen", u32)
FIGURE(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width", u32)
FIGURE(nvmlDeviceGetMaxPcieLinkWidth, "pcie_max_width", u32)
FIGURE(nvmlDeviceGetMaxMigDeviceCount, "mig_most", u32)
FIGURE(nvmlDeviceGetGpuInstanceId, "gi", u32)
FIGURE(nvmlDeviceGetSupportedEventTypes, "events", u64)
static ret clock_of(const char *function, dev device, const char *core, u32 type, u32 *out) {
  u64 value;
  ret code = figure(function, device, type == 2 ? "mem_clock" : core, &value);
  if (code == OK) *out = (u32)value;
  return code;
}
ret nvmlDeviceGetClockInfo(dev device, u32 type, u32 *out) { return clock_of("nvmlDeviceGetClockInfo", device, "sm_clock", type, out); }
ret nvmlDeviceGetMaxClockInfo(dev device, u32 type, u32 *out) { return clock_of("nvmlDeviceGetMaxClockInfo", device, "max_clock", type, out); }
ret nvmlDeviceGetCudaComputeCapability(dev device, int *major, int *minor) {
  char text[32];
  ret code = words("nvmlDeviceGetCudaComputeCapability", device, "capability", text, sizeof text);
  if (code == OK && sscanf(text, "%d:%d", major, minor) != 2) return NOT_SUPPORTED;
  return code;
}
static ret mode(const char *function, dev device, const char *name, u32 *current, u32 *pending) {
  u64 value;
  ret code = figure(function, device, name, &value);
  if (code == OK) *current = *pending = (u32)value;
  return code;
}
ret nvmlDeviceGetMigMode(dev device, u32 *current, u32 *pending) { return mode("nvmlDeviceGetMigMode", device, "mig", current, pending); }
ret nvmlDeviceGetEccMode(dev device, u32 *current, u32 *pending) { return mode("nvmlDeviceGetEccMode", device, "ecc", current, pending); }
ret nvmlDeviceGetTotalEccErrors(dev device, u32 type, u32 counter, u64 *out) {
  (void)type; (void)counter;
  return figure("nvmlDeviceGetTotalEccErrors", device, "ecc_errors", out);
}
ret nvmlDeviceGetRemappedRows(dev device, u32 *correctable, u32 *uncorrectable, u32 *pending, u32 *failed) {
  char text[64];
  ret code = words("nvmlDeviceGetRemappedRows", device, "rows", text, sizeof text);
  if (code == OK && sscanf(text, "%u:%u:%u:%u", correctable, uncorrectable, pending, failed) != 4) return NOT_SUPPORTED;
  return code;
}
ret nvmlDeviceGetNvLinkState(dev device, u32 link, u32 *out) {
  char text[128], *rest = NULL;
  ret code = words("nvmlDeviceGetNvLinkState", device, "nvlinks", text, sizeof text);
  if (code) return code;
  char *part = strtok_r(text, ":", &rest);
  for (; part && link; link--) part = strtok_r(NULL, ":", &rest);
  if (!part) return INVALID;
  *out = (u32)atoi(part);
  return OK;
}
static ret pair(const char *function, dev one, dev other, const char *name, u32 *out) {
  char own[64], key[96];
  u64 value;
  snprintf(own, sizeof own, "%s%d", name, index_of(other));
  key_of(key, sizeof key, one, own);
  ret code = figure(function, one, number(key, &value) ? own : name, &value);
  if (code == OK) *out = (u32)value;
  return code;
}
ret nvmlDeviceGetP2PStatus(dev one, dev other, u32 index, u32 *out) {
  return pair("nvmlDeviceGetP2PStatus", one, other, index == 2 ? "p2p_nvlink" : "p2p", out);
}
ret nvmlDeviceGetTopologyCommonAncestor(dev one, dev other, u32 *out) {
  return pair("nvmlDeviceGetTopologyCommonAncestor", one, other, "topology", out);
}

/* --- instances --------------------------------------------------------------------------------------------- */

ret nvmlDeviceGetMigDeviceHandleByIndex(dev device, u32 index, dev *out) {
  char key[64], text[96];
  u64 code;
  *out = (dev)((size_t)device | (size_t)(index + 1) << 8);
  key_of(key, sizeof key, *out, "err");
  if (number(key, &code)) return (ret)code;
  key_of(key, sizeof key, *out, "uuid");
  return line_of(key, text, sizeof text) ? fault("nvmlDeviceGetMigDeviceHandleByIndex", *out) : NOT_FOUND;
}
typedef struct { u32 processors, engines, decoders, encoders, jpegs, ofas, slices, compute; u64 mebibytes; } attributes;
ret nvmlDeviceGetAttributes_v2(dev device, attributes *out) {
  char text[64];
  u64 bytes;
  memset(out, 0, sizeof *out);
  ret code = words("nvmlDeviceGetAttributes_v2", device, "slices", text, sizeof text);
  if (code) return code;
  if (sscanf(text, "%u:%u", &out->slices, &out->compute) != 2) return NOT_SUPPORTED;
  code = figure("nvmlDeviceGetAttributes_v2", device, "mem_total", &bytes);
  out->mebibytes = bytes >> 20;
  return code;
}

/* --- events ------------------------------------------------------------------------------------------------ */

typedef struct { dev device; u64 type, data; u32 gpu_instance, compute_instance; } event;
static u64 watched = 0;
static unsigned long delivered = 0;
ret nvmlEventSetCreate(void **out) { *out = &watched; return fault("nvmlEventSetCreate", NULL); }
ret nvmlEventSetFree(void *set) { (void)set; watched = 0; return OK; }
ret nvmlDeviceRegisterEvents(dev device, u64 types, void *set) {
  (void)set;
  ret code = fault("nvmlDeviceRegisterEvents", device);
  if (code == OK && types & 8) watched |= 1ull << index_of(device);
  return code;
}
ret nvmlEventSetWait_v2(void *set, event *out, u32 milliseconds) {
  char text[4096], *rest = NULL;
  (void)set; (void)milliseconds;
  ret code = fault("nvmlEventSetWait_v2", NULL);
  if (code) return code;
  if (!line_of("xids", text, sizeof text)) return 10;
  for (char *part = strtok_r(text, ",", &rest); part; part = strtok_r(NULL, ",", &rest)) {
    unsigned long id;
    u32 device, xid, instance = (u32)-1;
    if (sscanf(part, "%lu:%u:%u:%u", &id, &device, &xid, &instance) < 3 || id <= delivered) continue;
    delivered = id;
    if (!(watched >> device & 1)) continue;
    out->device = (dev)(size_t)(device + 1);
    out->type = 8;
    out->data = xid;
    out->gpu_instance = out->compute_instance = instance;
    return OK;
  }
  return 10;
}
ret nvmlDeviceGetPcieThroughput(dev device, u32 counter, u32 *out) { (void)counter; *out = 0; return fault("nvmlDeviceGetPcieThroughput", device); }

/* --- processes --------------------------------------------------------------------------------------------- */

static int processes_of(dev device, process *list, int *sm, int most) {
  char key[64], text[16384], *rest = NULL;
  int count = 0;
  key_of(key, sizeof key, device, "procs");
  if (!line_of(key, text, sizeof text)) return 0;
  for (char *part = strtok_r(text, ",", &rest); part && count < most; part = strtok_r(NULL, ",", &rest)) {
    char *bytes = strchr(part, ':'), *share = bytes ? strchr(bytes + 1, ':') : NULL;
    list[count].pid = (u32)strtoul(part, NULL, 10);
    list[count].used = bytes && bytes[1] != '-' ? strtoull(bytes + 1, NULL, 10) : (u64)-1;
    list[count].gpu_instance = list[count].compute_instance = (u32)-1;
    sm[count] = share && share[1] != '-' ? atoi(share + 1) : -1;
    count++;
  }
  return count;
}
ret nvmlDeviceGetComputeRunningProcesses_v3(dev device, u32 *count, process *out) {
  process found[256];
  int sm[256];
  ret code = fault("nvmlDeviceGetComputeRunningProcesses_v3", device);
  if (code) return code;
  u32 number_of = (u32)processes_of(device, found, sm, 256), room = *count;
  *count = number_of;
  if (number_of > room || (number_of && !out)) return SMALL;
  memcpy(out, found, number_of * sizeof *found);
  return OK;
}
ret nvmlDeviceGetGraphicsRunningProcesses_v3(dev device, u32 *count, process *out) {
  (void)out;
  *count = 0;
  return fault("nvmlDeviceGetGraphicsRunningProcesses_v3", device);
}
ret nvmlDeviceGetProcessUtilization(dev device, sample *out, u32 *count, u64 since) {
  process found[256];
  int sm[256];
  struct timeval now;
  ret code = fault("nvmlDeviceGetProcessUtilization", device);
  if (code) return code;
  int all = processes_of(device, found, sm, 256);
  u32 working = 0, room = *count;
  gettimeofday(&now, NULL);
  for (int at = 0; at < all; at++) {
    if (sm[at] < 0) continue;
    if (out && working < room) {
      memset(&out[working], 0, sizeof *out);
      out[working].pid = found[at].pid;
      out[working].stamp = (u64)now.tv_sec * 1000000u + (u64)now.tv_usec;
      out[working].sm = (u32)sm[at];
    }
    working++;
  }
  (void)since;
  *count = working;
  if (!working) return NOT_FOUND;
  return out && working <= room ? OK : SMALL;
}
