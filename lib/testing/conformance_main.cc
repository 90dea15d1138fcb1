#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "annex/kube/config.h"
#include "annex/testing/conformance.h"
#include "testing/folder.h"

namespace annex::testing {
namespace {

constexpr std::chrono::seconds kStartLimit(60);

/// A server's process, ended and waited for when this goes.
class Process {
 public:
  Process(const std::string& program, const std::vector<std::string>& flags) {
    std::vector<std::string> words = {program};
    words.insert(words.end(), flags.begin(), flags.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
      pid_ = -1;
    }
  }
  ~Process() { end(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool is_started() const { return pid_ > 0; }
  bool is_running() { return pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == 0; }
  /// Its exit code after SIGTERM; -1 if it ended otherwise.
  int end() {
    if (pid_ <= 0) return -1;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

/// A client once the server is ready; null if it ends or takes too long.
std::unique_ptr<kube::Client> await_ready(Process& process, const std::string& kubeconfig,
                                          util::Clock& clock) {
  const util::TimePoint end = clock.now() + kStartLimit;
  while (process.is_running() && clock.now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (!std::filesystem::exists(kubeconfig)) continue;
    const auto config = kube::load_kubeconfig(kubeconfig);
    if (!config) continue;
    auto client = kube::make_client(*config, {}, clock);
    if (!client) continue;
    kube::Call call;
    call.path = "/readyz";
    const auto ready = (*client)->call(call, clock.now() + std::chrono::seconds(5));
    if (ready && ready->status == 200) return std::move(*client);
  }
  return nullptr;
}

}  // namespace

int conformance_main(int argc, const char* const* argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " SERVER [FLAG...]\n";
    return 2;
  }
  const Folder folder;
  std::vector<std::string> flags = {
      "--standalone", folder.path("server"), "--secure-port", "0", "--bind-address", "127.0.0.1"};
  flags.insert(flags.end(), argv + 2, argv + argc);
  util::RealClock clock;
  Process process(argv[1], flags);
  if (!process.is_started()) {
    std::cerr << argv[1] << " cannot be started\n";
    return 1;
  }
  const auto client = await_ready(process, folder.path("server/kubeconfig"), clock);
  if (!client) {
    std::cerr << argv[1] << " does not become ready\n";
    return 1;
  }
  ConformanceReport report = check_conformance(*client, clock);
  client->stop();
  ++report.checks;
  if (process.end() != 0) report.failures.push_back("after SIGTERM its exit code is not 0");
  for (const std::string& failure : report.failures) std::cout << "failed: " << failure << "\n";
  std::cout << report.checks << " checks, " << report.failures.size() << " failures\n";
  return report.passed() ? 0 : 1;
}

}  // namespace annex::testing
