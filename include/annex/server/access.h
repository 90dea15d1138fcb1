// What clients and listers stand on. For the templates of client.h and lister.h; not for users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "annex/json/value.h"
#include "annex/meta/label_selector.h"
#include "annex/request/user.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::detail {

/// The way into a server while it runs. Shared by the server, its clients and listers.
class Access;
using AccessPtr = std::shared_ptr<Access>;

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// A request for the resource that has a struct. A value.
struct ClientCall {
  std::string method = "GET";
  std::string name_space{};
  std::string name{};
  std::string subresource{};
  QueryParameters query{};
  std::string body{};
  std::string content_type = "application/json";
};

/// The events of one watch, as JSON. Moved, not copied; one thread.
class EventStream {
 public:
  class Impl;
  explicit EventStream(std::unique_ptr<Impl> impl);
  EventStream(EventStream&&) noexcept;
  EventStream& operator=(EventStream&&) noexcept;
  ~EventStream();

  /// The next event, waited for on the machine's clock; nothing once the watch or the server has
  /// ended, if none came in time, or if `stop` was asked for.
  std::optional<json::Value> next(util::Duration limit, const std::stop_token& stop);
  bool ended() const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Calls the handlers of a server in this process. A light value; any thread.
class RawClient {
 public:
  RawClient(AccessPtr access, std::type_index type, request::UserInfo user)
      : access_(std::move(access)), type_(type), user_(std::move(user)) {}

  /// The object of the answer. The answer's error; ServiceUnavailable while the server does not
  /// run; BadRequest if no resource, or more than one, has a version of the struct.
  Result<json::Value> call(const ClientCall& call) const;
  Result<EventStream> watch(const ClientCall& call) const;
  /// `object` with the kind and apiVersion of the struct. As above.
  Result<json::Value> typed(json::Value object) const;

 private:
  AccessPtr access_;
  std::type_index type_;
  request::UserInfo user_;
};

/// Reads what the watch cache of a resource holds, and keeps indexes of it. Shared by copies of a
/// lister; any thread.
class ListerState {
 public:
  using Object = std::shared_ptr<const void>;
  /// Null for what does not decode.
  using Decode = std::function<Object(const json::Value&)>;
  using IndexFunction = std::function<std::vector<std::string>(const void* object)>;

  ListerState(AccessPtr access, std::type_index type, Decode decode);
  ~ListerState();
  ListerState(const ListerState&) = delete;
  ListerState& operator=(const ListerState&) = delete;

  void add_index(const std::string& name, IndexFunction function);
  Object get(const std::string& name_space, const std::string& name);
  std::vector<Object> list(const std::string& name_space, const meta::LabelSelector& selector);
  std::vector<Object> by_index(const std::string& name, const std::string& value);
  std::uint64_t revision();
  bool wait_for(std::uint64_t revision, util::Duration limit);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace annex::detail
