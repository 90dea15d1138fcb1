#include "kube/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace annex::kube {
namespace {

using Clock = std::chrono::steady_clock;

std::string text_of(int error) { return std::generic_category().message(error); }

/// A started program, in a process group of its own. Ended, if it has not done so, with its owner.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (output_ >= 0) ::close(output_);
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// Zero, or what went wrong.
  int start(const Program& program);
  /// Reads to the end of its output. False: the time is over, or there is too much of it.
  bool read(std::string& output, const ProgramLimits& limits, Clock::time_point deadline) const;
  /// Its status as waitpid() tells it; nothing once the time is over.
  std::optional<int> wait(Clock::time_point deadline);

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

/// Pointers into the words, and the null that ends them.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> made;
  made.reserve(words.size() + 1);
  for (std::string& word : words) made.push_back(word.data());
  made.push_back(nullptr);
  return made;
}

std::vector<std::string> environment_of(const Program& program) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string text = *each;
    const std::string name = text.substr(0, text.find('='));
    const bool replaced = std::any_of(program.environment.begin(), program.environment.end(),
                                      [&](const auto& variable) { return variable.first == name; });
    if (!replaced) all.push_back(text);
  }
  for (const auto& variable : program.environment) {
    all.push_back(variable.first + "=" + variable.second);
  }
  return all;
}

int Child::start(const Program& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
  output_ = ends[0];
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  // A server blocks and ignores signals that a program may count on.
  sigset_t none;
  sigset_t usual;
  ::sigemptyset(&none);
  ::sigemptyset(&usual);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&usual, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words = {program.command};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  std::vector<std::string> variables = environment_of(program);
  const int fault = ::posix_spawnp(&pid_, program.command.c_str(), &files, &attributes,
                                   pointers(words).data(), pointers(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  if (fault != 0) pid_ = 0;
  return fault;
}

bool Child::read(std::string& output, const ProgramLimits& limits,
                 Clock::time_point deadline) const {
  char part[4096];
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waited{output_, POLLIN, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t count = ::read(output_, part, sizeof part);
    if (count == 0) return true;
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    output.append(part, static_cast<std::size_t>(count));
    if (output.size() > limits.output_bytes) return false;
  }
}

std::optional<int> Child::wait(Clock::time_point deadline) {
  // It has closed its output and is about to end.
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) {
      pid_ = 0;
      // Somebody else may have waited for it: then its output has to do.
      return ended > 0 ? status : 0;
    }
    if (Clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Result<std::string> run_program(const Program& program, const ProgramLimits& limits) {
  const auto failed = [&](const std::string& why) {
    return Error::bad_request("the program \"" + program.command + "\" " + why);
  };
  const Clock::time_point deadline = Clock::now() + limits.time;
  Child child;
  if (const int fault = child.start(program); fault != 0) {
    return failed("cannot be started: " + text_of(fault));
  }
  std::string output;
  std::optional<int> status;
  if (child.read(output, limits, deadline)) status = child.wait(deadline);
  if (output.size() > limits.output_bytes) {
    return failed("printed more than " + std::to_string(limits.output_bytes) + " bytes");
  }
  if (!status) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.time).count();
    return failed("did not end within " + std::to_string(seconds) + " s");
  }
  if (WIFSIGNALED(*status)) {
    return failed("was ended by signal " + std::to_string(WTERMSIG(*status)));
  }
  if (WEXITSTATUS(*status) != 0) {
    return failed("ended with exit code " + std::to_string(WEXITSTATUS(*status)));
  }
  return output;
}

}  // namespace annex::kube
