// FakeKubernetes: what an extension server asks of a cluster, in a test's process.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "annex/kube/client.h"
#include "annex/request/user.h"
#include "annex/server/options.h"
#include "annex/util/clock.h"

namespace annex::testing {

/// Answers TokenReviews and SubjectAccessReviews, and has configmaps and namespaces, which can be
/// listed and watched: it is an annex server without a port. It can be slow, away, or lose its
/// answers. Any thread.
class FakeKubernetes {
 public:
  /// `clock` is the test's, and outlives it: callers' deadlines are counted by it. Throws
  /// std::runtime_error if it cannot start.
  explicit FakeKubernetes(util::Clock& clock);
  ~FakeKubernetes();
  FakeKubernetes(const FakeKubernetes&) = delete;
  FakeKubernetes& operator=(const FakeKubernetes&) = delete;

  /// Whoever has the token is `user`.
  void add_token(const std::string& token, request::UserInfo user);
  /// Lets `user` (a name or one of the groups) do `verb` to `what`: a resource such as
  /// "loaves.bakery.example.com" or "loaves.bakery.example.com/status", or a path such as
  /// "/metrics". "*" is anyone, any verb, anything.
  void allow(const std::string& user, const std::string& verb, const std::string& what);
  /// Makes or replaces the data of a configmap.
  void set_configmap(const std::string& name_space, const std::string& name,
                     const std::map<std::string, std::string>& data);
  /// Makes it; it must not be there.
  void add_namespace(const std::string& name);

  /// How calls fare.
  enum class Mood {
    kAnswer,
    kStall,   ///< calls wait until the mood changes, their deadline passes or the client is stopped
    kRefuse,  ///< nobody listens
    kDrop,    ///< what was asked is done, but the connection breaks before the answer
  };
  /// From now on; calls that are stalled go on as the new mood has it.
  void be(Mood mood);

  /// How many calls of this path came so far, queries left aside; of all paths if it is empty.
  std::size_t calls(const std::string& path = {}) const;
  /// Waits on the machine's clock until so many have come; false after ten seconds.
  bool wait_for_calls(std::size_t count, const std::string& path = {}) const;

  /// A client of this cluster, which lives no longer than it.
  std::shared_ptr<kube::Client> client();
  /// Lets the server that is started with `options` ask here who calls and may they.
  void delegate(ServerOptions& options);

 private:
  class Cluster;
  class Connection;
  const std::shared_ptr<Cluster> cluster_;
};

}  // namespace annex::testing
