// doctor: what is wrong with a server in a cluster, and what mends it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "annex/kube/client.h"
#include "annex/util/clock.h"
#include "kube/objects.h"
#include "setup/plan.h"

namespace annex::setup {

enum class Severity {
  kError,    ///< it does not work
  kWarning,  ///< it works, but not for ever, or not as it should
};

/// One fault, in its root: what only follows from it is not told. Every text is one sentence.
struct Finding {
  std::string code{};  ///< one of doctor_codes()
  Severity severity = Severity::kError;
  std::string message{};
  std::string remedy{};
  /// What does so, to be run in a shell as it stands, one after the other; empty if it is nothing
  /// on the cluster.
  std::vector<std::string> commands{};
};

/// A fault that can be found.
struct Code {
  const char* code;
  Severity severity;
  int step;  ///< of the fifteen by which a server is set up; 0: of none
  const char* meaning;
};
const std::vector<Code>& doctor_codes();

/// Reaches servers past the Kubernetes API, as nobody. One thread at a time.
class Direct {
 public:
  Direct() = default;
  Direct(const Direct&) = delete;
  Direct& operator=(const Direct&) = delete;
  virtual ~Direct() = default;

  /// The certificates, in DER, that are shown to who asks for `server_name`.
  virtual Result<std::vector<std::string>> chain(const std::string& host, std::uint16_t port,
                                                 const std::string& server_name) = 0;
  /// A GET without any identity; the certificate is not looked at.
  virtual Result<kube::Answer> get(const std::string& host, std::uint16_t port,
                                   const std::string& path) = 0;
};

/// How the printed commands begin and end.
struct DoctorWords {
  std::string program = "server";  ///< "bakery"
  std::string connection{};        ///< " --kubeconfig /home/me/config", or empty
  std::string names{};             ///< " --namespace ovens", or empty
};

/// A word of such a command, as a shell reads it.
std::string shell_word(const std::string& text);

/// What an examination works with; all of it outlives the call.
struct DoctorTools {
  kube::Client& client;
  kube::Objects& objects;  ///< over the same client
  Direct& direct;
  const util::Clock& clock;
  util::Duration patience = std::chrono::seconds(10);  ///< for one answer
};

/// Called for each step: its name, and whether it was looked at.
using DoctorProgress = std::function<void(const std::string& step, bool looked)>;

/// Examines the installation that `plan` describes. Changes nothing. Empty if nothing is wrong.
std::vector<Finding> examine(const Plan& plan, const DoctorWords& words, DoctorTools tools,
                             const DoctorProgress& progress = {});

}  // namespace annex::setup
