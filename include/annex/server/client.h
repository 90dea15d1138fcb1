// Client: a server's own objects, read and written in its process, as structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/json/write.h"
#include "annex/meta/status.h"
#include "annex/schema/describe.h"
#include "annex/server/access.h"

namespace annex {

/// Names an object; `name_space` is empty for objects without a namespace.
struct ObjectName {
  std::string name_space{};  ///< empty: none
  std::string name{};        ///< never empty
};

/// Which objects are listed, and a page of how many.
struct ListOptions {
  std::string name_space{};        ///< empty: of all namespaces
  std::string label_selector{};    ///< as in `kubectl get -l`
  std::string field_selector{};    ///< as kubectl takes it
  std::string resource_version{};  ///< as the API has it; empty: the newest state
  std::int64_t limit = 0;          ///< 0: all
  std::string continue_token{};    ///< of the page before
};

/// Which objects are watched; `name_space` and the selectors as in ListOptions.
struct WatchOptions {
  std::string name_space{};      ///< empty: all
  std::string label_selector{};  ///< as kubectl takes it
  std::string field_selector{};  ///< as kubectl takes it
  /// Changes after this one; empty: begins with what there is.
  std::string resource_version{};
};

/// Conditions on what is deleted, and how. Conflict if they do not hold.
struct DeleteOptions {
  std::string uid{};               ///< only the object that has it, if not empty
  std::string resource_version{};  ///< only in this state, if not empty
  std::string propagation{};       ///< "Background", "Foreground", "Orphan"; empty: the default
};

enum class PatchType { kJson, kMerge };

/// A page of objects; `continue_token` asks for the next one and is empty in the last.
template <typename T>
struct List {
  std::vector<T> items{};          ///< in the order of their names
  std::string resource_version{};  ///< of the state that they show
  std::string continue_token{};    ///< for ListOptions
};

/// One change. kError ends a watch: it says why.
template <typename T>
struct WatchEvent {
  /// What happened.
  enum class Type { kAdded, kModified, kDeleted, kBookmark, kError };
  Type type = Type::kError;        ///< which of them
  T object{};                      ///< of the first three
  std::string resource_version{};  ///< of all but an error
  Error error{};                   ///< the watch is over; Expired: list again
};

/// The events of a watch. Moved, not copied; one thread.
template <typename T>
class Watch {
 public:
  /// See Client::watch.
  explicit Watch(detail::EventStream stream) : stream_(std::move(stream)) {}

  /// The next event, waited for on the machine's clock for up to `limit`, until the watch or the
  /// server ends, or until `stop` is asked for: then nothing. A watch ends by itself after half an
  /// hour to an hour: begin another one after the last event's resourceVersion.
  std::optional<WatchEvent<T>> next(util::Duration limit, const std::stop_token& stop = {}) {
    const std::optional<json::Value> told = stream_.next(limit, stop);
    if (!told) return std::nullopt;
    using Type = typename WatchEvent<T>::Type;
    WatchEvent<T> event;
    const std::string& type = told->at_string({"type"});
    const json::Value* object = told->find("object");
    if (object == nullptr || type == "ERROR") {
      event.error = object == nullptr ? Error::internal("an event without an object")
                                      : meta::read_status(*object);
      return event;
    }
    event.resource_version = object->at_string({"metadata", "resourceVersion"});
    event.type = type == "ADDED"      ? Type::kAdded
                 : type == "MODIFIED" ? Type::kModified
                 : type == "DELETED"  ? Type::kDeleted
                                      : Type::kBookmark;
    if (event.type == Type::kBookmark) return event;
    Result<T> decoded = schema::decode<T>(*object);
    if (decoded) {
      event.object = std::move(*decoded);
    } else {
      event.type = Type::kError;
      event.error = decoded.error();
    }
    return event;
  }
  /// True once no event will come any more.
  bool ended() const { return stream_.ended(); }

 private:
  detail::EventStream stream_;
};

/// Reads and writes the objects of the resource that has a version of struct `T`, through the
/// handlers that answer requests: with their defaults, hooks, validation and errors, but without a
/// socket, and nobody is asked whether they may. A light value, to be had before the server starts;
/// any thread, hooks and tasks included. Every call fails with ServiceUnavailable while the server
/// does not run, and with BadRequest if no resource has a version of `T`, or more than one.
template <typename T>
class Client {
 public:
  /// See Server::client.
  explicit Client(detail::RawClient raw) : raw_(std::move(raw)) {}

  /// NotFound if there is none. Reads the newest state, as all that has no resourceVersion does.
  Result<T> get(const ObjectName& object) const { return one(call_for("GET", object)); }

  /// Expired if a page's state is no longer kept.
  Result<List<T>> list(const ListOptions& options = {}) const {
    detail::ClientCall call;
    call.name_space = options.name_space;
    call.query = selection(options.label_selector, options.field_selector);
    add(call.query, "resourceVersion", options.resource_version);
    if (options.limit > 0) add(call.query, "limit", std::to_string(options.limit));
    add(call.query, "continue", options.continue_token);
    const Result<json::Value> answer = raw_.call(call);
    if (!answer) return answer.error();
    List<T> list;
    list.resource_version = answer->at_string({"metadata", "resourceVersion"});
    list.continue_token = answer->at_string({"metadata", "continue"});
    const json::Value* items = answer->find("items");
    if (items == nullptr || !items->is_array()) return Error::internal("a list without items");
    for (const json::Value& item : items->as_array()) {
      Result<T> decoded = schema::decode<T>(item);
      if (!decoded) return decoded.error();
      list.items.push_back(std::move(*decoded));
    }
    return list;
  }

  /// Creates what `object` says, under its name or one made of its generateName.
  Result<T> create(const T& object) const {
    return send("POST", {object.metadata.name_space, {}}, object, nullptr);
  }
  /// Replaces the object, but its status if that is a subresource. Conflict if `object` carries the
  /// resourceVersion of an older state.
  Result<T> update(const T& object) const { return send("PUT", name_of(object), object, nullptr); }
  /// Replaces the object's status and nothing else.
  Result<T> update_status(const T& object) const {
    return send("PUT", name_of(object), object, "status");
  }
  /// Applies a patch to the object, or to one of its subresources.
  Result<T> patch(const ObjectName& object, PatchType type, const json::Value& patch,
                  const std::string& subresource = {}) const {
    detail::ClientCall call = call_for("PATCH", object);
    call.subresource = subresource;
    call.body = json::write(patch);
    call.content_type =
        type == PatchType::kJson ? "application/json-patch+json" : "application/merge-patch+json";
    return one(call);
  }
  /// Deletes the object, or begins to if finalizers hold it.
  Result<void> remove(const ObjectName& object, const DeleteOptions& options = {}) const {
    json::Object preconditions;
    if (!options.uid.empty()) preconditions.append("uid", options.uid);
    if (!options.resource_version.empty()) {
      preconditions.append("resourceVersion", options.resource_version);
    }
    json::Object body;
    body.append("kind", "DeleteOptions");
    body.append("apiVersion", "v1");
    if (!preconditions.empty()) body.append("preconditions", std::move(preconditions));
    if (!options.propagation.empty()) body.append("propagationPolicy", options.propagation);
    detail::ClientCall call = call_for("DELETE", object);
    call.body = json::write(json::Value(std::move(body)));
    const Result<json::Value> answer = raw_.call(call);
    if (!answer) return answer.error();
    return {};
  }

  /// Its first event is kError if the wanted resourceVersion is too old.
  Result<Watch<T>> watch(const WatchOptions& options = {}) const {
    detail::ClientCall call;
    call.name_space = options.name_space;
    call.query = selection(options.label_selector, options.field_selector);
    add(call.query, "watch", "true");
    add(call.query, "allowWatchBookmarks", "true");
    add(call.query, "resourceVersion", options.resource_version);
    Result<detail::EventStream> stream = raw_.watch(call);
    if (!stream) return stream.error();
    return Watch<T>(std::move(*stream));
  }

 private:
  static void add(detail::QueryParameters& query, const char* name, const std::string& value) {
    if (!value.empty()) query.emplace_back(name, value);
  }
  static detail::QueryParameters selection(const std::string& labels, const std::string& fields) {
    detail::QueryParameters query;
    add(query, "labelSelector", labels);
    add(query, "fieldSelector", fields);
    return query;
  }
  static ObjectName name_of(const T& object) {
    return {object.metadata.name_space, object.metadata.name};
  }
  static detail::ClientCall call_for(const char* method, const ObjectName& object) {
    detail::ClientCall call;
    call.method = method;
    call.name_space = object.name_space;
    call.name = object.name;
    return call;
  }
  Result<T> one(const detail::ClientCall& call) const {
    const Result<json::Value> answer = raw_.call(call);
    if (!answer) return answer.error();
    return schema::decode<T>(*answer);
  }
  Result<T> send(const char* method, const ObjectName& name, const T& object,
                 const char* subresource) const;

  detail::RawClient raw_;
};

template <typename T>
Result<T> Client<T>::send(const char* method, const ObjectName& name, const T& object,
                          const char* subresource) const {
  const Result<json::Value> typed = raw_.typed(schema::encode(object));
  if (!typed) return typed.error();
  detail::ClientCall call = call_for(method, name);
  if (subresource != nullptr) call.subresource = subresource;
  call.body = json::write(*typed);
  return one(call);
}

}  // namespace annex
