// The write loop: read, transform, prepare, validate, compare and swap, again on a lost race.
#pragma once

#include <optional>
#include <string>

#include "annex/registry/backend.h"
#include "annex/request/user.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"
#include "annex/util/task.h"
#include "annex/util/waiting.h"

namespace annex::registry {

/// Makes the wanted object from the live one. May be asked several times for one request.
class Transform {
 public:
  Transform() = default;
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;
  virtual ~Transform() = default;

  /// `live` (hub form with resourceVersion) is null if there is no object. The result is the wanted
  /// object in the hub form.
  virtual Result<json::Value> apply(const json::Value* live) = 0;
};

/// Admission, as the write loop asks for it: mutating as soon as the wanted object is known,
/// validating when it is about to be stored, both again in each round after a lost race. Any
/// thread.
class Admission {
 public:
  Admission() = default;
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  virtual ~Admission() = default;

  /// `object` is null for a deletion, `old` for a creation. Of the subresource `scale` both are
  /// Scales, else of the resource's hub form. An error ends the request.
  virtual Result<void> admit(const Resource& resource, const HookContext& context,
                             json::Value* object, const json::Value* old) const = 0;
  /// As above; nothing may be changed any more.
  virtual Result<void> validate(const Resource& resource, const HookContext& context,
                                const json::Value* object, const json::Value* old) const = 0;
};

/// Conditions on the live object.
struct Preconditions {
  std::optional<std::string> uid{};               ///< of the object that is meant
  std::optional<std::string> resource_version{};  ///< in which it must be
};

/// Who writes, and in which form: for managedFields, which nobody keeps without a version.
struct FieldWriter {
  const Codec* codec = nullptr;      ///< of the form that was sent
  const Version* version = nullptr;  ///< the version that was sent
  const Version* parent = nullptr;   ///< of the object whose Scale was sent
  std::string manager{};             ///< as managedFields names it
  bool applied = false;              ///< the transform sees to managedFields itself
};

/// What all writes share. Lives as long as the write.
struct WriteRequest {
  ObjectKey key{};                                    ///< of the object
  HookContext hooks{};                                ///< for whom, and when
  util::TimePoint deadline = util::TimePoint::max();  ///< of the whole
  Preconditions preconditions{};                      ///< what must hold
  FieldWriter fields{};                               ///< who will have written them
  /// Asked before an update creates; empty: it may.
  std::function<Result<void>()> may_create{};
  bool among_many = false;               ///< more writes follow at once
  const Admission* admission = nullptr;  ///< null: only the resource's hooks are asked
  /// Lets the write wait for its store without a thread; null: the thread waits.
  util::Waiting* waiting = nullptr;

  /// Tells the client, as `HookContext::warn` does, whatever becomes of the request.
  void warn(const std::string& text) const {
    if (hooks.warn) hooks.warn(text);
  }
};

/// What became of a create or an update.
struct Written {
  ItemPtr item{};        ///< as it is now
  bool created = false;  ///< it was not there
  bool deleted = false;  ///< an update that took the last finalizer of a deleted object
  bool stored = true;    ///< false for a dry run that made an object: it has no resourceVersion
};

enum class Propagation { kDefault, kBackground, kForeground, kOrphan };

/// What is done with dependents, see DeleteOptions of meta.k8s.io/v1; the older flag may be given
/// alone only.
struct RemoveOptions {
  Propagation propagation = Propagation::kDefault;  ///< what becomes of dependents
  std::optional<bool> orphan_dependents{};          ///< the older way of saying it
};

/// What became of a deletion.
struct Removed {
  bool gone = false;  ///< false: finalizers keep it, `item` is its present state
  ItemPtr item{};     ///< as it was, or still is
};

class Committing;

/// Writes to one resource. A light value, made for a request; any thread. Each write is a task,
/// and what it is given lives until that is done. It completes what the request's hooks are told.
class Writes {
 public:
  /// All of them outlive it.
  Writes(const Resource& resource, Backend& backend, const util::Clock& clock, util::Random& random)
      : resource_(resource), backend_(backend), clock_(clock), random_(random) {}

  /// Stores a new object, given in the hub form; names it if it wants to be. AlreadyExists.
  util::Task<Result<Written>> create(WriteRequest& request, json::Value object) const;
  /// Changes an object. NotFound unless the resource is created on update.
  util::Task<Result<Written>> update(WriteRequest& request, Transform& transform,
                                     bool may_create) const;
  /// Deletes an object, or marks it if finalizers hold it.
  util::Task<Result<Removed>> remove(WriteRequest& request, const RemoveOptions& options) const;

 private:
  Result<json::Value> wanted_through_scale(const WriteRequest& request, const json::Value& live,
                                           Transform& transform) const;
  /// Puts the object's name, which may be made here, into `request`.
  util::Task<Result<Written>> create_once(WriteRequest& request, json::Value object) const;
  /// Both without a value if somebody else wrote in between.
  util::Task<Result<std::optional<Written>>> try_update(const WriteRequest& request,
                                                        Transform& transform,
                                                        const ItemPtr& live) const;
  util::Task<Result<std::optional<Removed>>> try_remove(const WriteRequest& request,
                                                        const RemoveOptions& options,
                                                        const ItemPtr& live) const;
  /// Everything between the wanted object and the bytes of an update.
  Result<void> prepare_update(const WriteRequest& request, json::Value& object,
                              const json::Value& old) const;
  Result<void> prepare_create(WriteRequest& request, json::Value& object) const;
  /// To be awaited. `request` is that of the object itself.
  Committing commit(const WriteRequest& request, std::optional<Draft> draft,
                    storage::Revision expected) const;
  /// The new state, read again where what was stored reads otherwise than what was wanted; null
  /// after a lost race.
  Result<ItemPtr> item_of(const std::string& key, Result<Committed> committed) const;
  Error invalid(const std::string& name, const schema::FieldErrors& errors) const;
  Error not_found(const std::string& name) const;
  Error already_exists(const std::string& name, bool deleting) const;
  /// Requires: the request has a uid as a precondition.
  Error wrong_uid(const WriteRequest& request, const std::string& live) const;
  Error conflict(const std::string& name, const std::string& why) const;

  const Resource& resource_;
  Backend& backend_;
  const util::Clock& clock_;
  util::Random& random_;
};

}  // namespace annex::registry
