// The handlers over a memory store, with kinds like those of upstream's sample, called without
// sockets.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "annex/handlers/handlers.h"
#include "annex/json/value.h"
#include "annex/registry/backend.h"
#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"
#include "annex/util/random.h"

namespace annex::conformance {

inline const std::string kBase = "/apis/wardle.example.com/v1beta1";
inline const std::string kFlunders = kBase + "/namespaces/default/flunders";
inline const std::string kFlasks = kBase + "/namespaces/default/flasks";
inline const std::string kJsonPatch = "application/json-patch+json";
inline const std::string kMergePatch = "application/merge-patch+json";
inline const std::string kTable = "application/json;as=Table;g=meta.k8s.io;v=v1";
inline const std::string kPartial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

struct Answer {
  int status = 0;
  http::Headers headers{};
  std::string text{};
  json::Value body{};

  std::string header(std::string_view name) const {
    return std::string(headers.first(name).value_or(""));
  }
  std::string at(std::initializer_list<std::string_view> path) const {
    return body.at_string(path);
  }
  std::string message() const { return at({"message"}); }
  std::string reason() const { return at({"reason"}); }
  std::string rv() const { return at({"metadata", "resourceVersion"}); }
  /// The type and field of the nth cause: "FieldValueInvalid metadata.name".
  std::string cause(std::size_t n = 0) const;
  std::vector<std::string> item_names() const;
};

/// A running watch; pulls what there is when asked.
class WatchStream {
 public:
  explicit WatchStream(http::Response response) : response_(std::move(response)) {}
  void start(const http::Waker& waker) { source().start(waker); }
  /// Every event that is there now; `ended` tells whether the body is complete.
  std::vector<json::Value> read(util::TimePoint now);
  /// "ADDED x 5" for each event.
  std::vector<std::string> lines(util::TimePoint now);
  bool ended() const { return ended_; }
  http::BodySource& source() { return **std::get_if<1>(&response_.body); }

 private:
  http::Response response_;
  bool ended_ = false;
};

using HeaderMap = std::map<std::string, std::string>;

/// wardle.example.com flunders, in v1beta1 and v1alpha1, without any feature that is switched on.
registry::Resource make_flunders();

class RestServer {
 public:
  explicit RestServer(handlers::HandlersOptions options = {});
  /// Starts anew over the same store, with other resources.
  void serve(std::vector<registry::Resource> resources, handlers::HandlersOptions options = {});

  Answer call(const std::string& method, const std::string& target, const std::string& body = {},
              const HeaderMap& headers = {});
  http::Response raw(const std::string& method, const std::string& target,
                     const std::string& body = {}, const HeaderMap& headers = {});
  Answer get(const std::string& target, const HeaderMap& headers = {}) {
    return call("GET", target, {}, headers);
  }
  Answer post(const std::string& target, const std::string& body, const HeaderMap& headers = {}) {
    return call("POST", target, body, headers);
  }
  Answer put(const std::string& target, const json::Value& body);
  Answer patch(const std::string& target, const std::string& type, const std::string& body) {
    return call("PATCH", target, body, {{"Content-Type", type}});
  }
  Answer remove(const std::string& target, const std::string& body = {}) {
    return call("DELETE", target, body);
  }
  /// Creates a flunder; `metadata` are more members of its metadata.
  Answer make(const std::string& name, const std::string& metadata = R"("labels":{"a":"1"})",
              const std::string& collection = kFlunders);
  WatchStream watch(const std::string& target, const HeaderMap& headers = {});
  std::uint64_t encodings(const std::string& plural) const;
  registry::Backend& backend(const std::string& plural) const;

  util::ManualClock clock;
  util::SeededRandom random{42};
  util::NullLogger logger;
  std::unique_ptr<storage::Store> store;
  registry::Registry registry;
  std::unique_ptr<registry::Backends> backends;
  std::unique_ptr<handlers::Handlers> handlers;
};

}  // namespace annex::conformance
