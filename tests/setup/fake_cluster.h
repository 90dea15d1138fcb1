// A cluster in memory with a server in it, for the doctor: what the Kubernetes API would answer,
// and what the server shows and answers to who calls it directly.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "annex/util/manual_clock.h"
#include "annex/util/random.h"
#include "setup/certificates.h"
#include "setup/doctor.h"

namespace annex::setup::test {

/// Objects by their path, and answers that are no objects. Begins healthy: namespace "ovens",
/// server "bakery" with two versions of loaves.
class FakeCluster final : public kube::Client {
 public:
  FakeCluster();

  Result<kube::Answer> call(const kube::Call& call, util::TimePoint deadline) override;
  Result<kube::Answer> stream(const std::string&,
                              const std::function<bool(std::string_view)>&) override {
    return Error::unavailable("not streamed here");
  }
  void stop() override {}
  bool stopped() const override { return false; }

  /// The object at a path; created if it is not there.
  json::Value& at(const std::string& path) { return objects[path]; }
  /// A member deep in an object, by its path in it; created if it is not there.
  json::Value& at(const std::string& path, std::initializer_list<const char*> member);
  void put(const std::string& path, const std::string& yaml);
  void remove(const std::string& path);
  /// The Secret's content, and what the server shows.
  void set_certificates(const CertificateSet& set);
  /// What kube-apiserver says of both APIServices.
  void unavailable(const std::string& message);
  /// The codes that the doctor finds.
  std::vector<std::string> codes();
  std::vector<Finding> examine();

  util::ManualClock clock;
  util::SeededRandom random{1};
  Plan plan;
  CertificateSet certificates;
  std::map<std::string, json::Value> objects;
  std::map<std::string, kube::Answer> answers;  ///< of paths that are no objects
  util::Duration date_off{};                    ///< of the API's Date header
  std::vector<std::string> applied{};           ///< paths, as they came
  std::set<std::string> held{};                 ///< paths of what another manager has changed
  Error down{};                                 ///< told for every call if it has a message

  /// The server, as it is met directly.
  struct Met {
    Error refuses{};  ///< told if it has a message
    std::vector<std::string> chain{};
    int readyz = 200;
    std::string readyz_text = "ok";
    int list_of_nobody = 403;
  } met;

 private:
  kube::Answer get(const std::string& path);
  kube::Answer review(const std::string& body);
  kube::Answer apply(const std::string& target, const std::string& body);
  bool is_bound(const std::string& account, const std::string& role) const;
};

}  // namespace annex::setup::test
