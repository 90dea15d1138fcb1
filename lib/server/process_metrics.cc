#include "server/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace annex::detail {
namespace {

/// Of /proc/self/stat, counted as proc(5) counts them but from after the process' name, which may
/// hold anything.
struct Stat {
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

bool read_stat(Stat& stat) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  const auto skip = [&](int count) {
    for (int at = 0; at < count; ++at) rest >> skipped;
  };
  skip(11);
  rest >> stat.user_ticks >> stat.system_ticks;
  skip(6);
  rest >> stat.start_ticks >> stat.virtual_bytes >> stat.resident_pages;
  return !rest.fail();
}

/// When the machine was started, in seconds since 1970; 0 if it does not say.
double boot_time() {
  std::ifstream file("/proc/stat");
  std::string line;
  while (std::getline(file, line)) {
    double seconds = 0;
    if (line.compare(0, 6, "btime ") == 0 && std::istringstream(line.substr(6)) >> seconds) {
      return seconds;
    }
  }
  return 0;
}

}  // namespace

ProcessMetrics::ProcessMetrics(Metrics& metrics)
    : cpu_seconds_(metrics.counter("process_cpu_seconds_total",
                                   "User and system time of this process, in seconds.")),
      resident_(metrics.gauge("process_resident_memory_bytes", "Memory in use, in bytes.")),
      virtual_(metrics.gauge("process_virtual_memory_bytes", "Address space in use, in bytes.")),
      start_(metrics.gauge("process_start_time_seconds",
                           "When this process was started, in seconds since 1970.")),
      open_files_(metrics.gauge("process_open_fds", "Open file descriptors.")),
      max_files_(metrics.gauge("process_max_fds", "How many file descriptors may be open.")) {}

void ProcessMetrics::update() {
  const util::MutexLock lock(mutex_);
  Stat stat;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (read_stat(stat) && ticks > 0) {
    const double cpu = static_cast<double>(stat.user_ticks + stat.system_ticks) / ticks;
    cpu_seconds_.add(std::max(0.0, cpu - told_cpu_));
    told_cpu_ = std::max(told_cpu_, cpu);
    resident_.set(static_cast<double>(stat.resident_pages) *
                  static_cast<double>(::sysconf(_SC_PAGESIZE)));
    virtual_.set(static_cast<double>(stat.virtual_bytes));
    start_.set(boot_time() + static_cast<double>(stat.start_ticks) / ticks);
  }
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error) {
    open_files_.set(static_cast<double>(std::distance(begin(files), end(files))));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) max_files_.set(static_cast<double>(limit.rlim_cur));
}

}  // namespace annex::detail
