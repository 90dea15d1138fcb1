// ResourceBuilder: the typed front of a resource. It fills registry::Resource and turns hooks on
// structs into functions on JSON.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "annex/schema/describe.h"
#include "annex/schema/renames.h"
#include "annex/server/adapt_hooks.h"
#include "annex/server/draft.h"
#include "annex/server/hooks.h"
#include "annex/server/log_options.h"
#include "annex/server/text_pipe.h"

namespace annex {

namespace detail {

registry::Subresource make_log(
    std::function<Result<TextPipe>(const json::Value& object, const LogOptions& options)> read);
registry::Subresource make_connect(std::string name,
                                   std::function<Result<std::unique_ptr<http::Duplex>>(
                                       const json::Value& object, const http::Request& request)>
                                       open);

}  // namespace detail

/// Completes one resource, a chain of words behind Group::resource. A light handle for one
/// statement; one thread. Mistakes in the description are gathered and told by Server::start.
template <typename Hub, typename Hooks>
class ResourceBuilder {
  static_assert(std::is_class_v<Hooks> && !std::is_final_v<Hooks>,
                "hooks are told by inheriting from their class: it must be a class that is not "
                "final");

 public:
  /// See Group::resource and its like.
  ResourceBuilder(detail::ResourceDraft& draft, std::shared_ptr<Hooks> hooks)
      : draft_(draft), hooks_(std::move(hooks)) {
    if constexpr (detail::has_default_object<Hooks>::value) {
      draft_.default_hook = detail::ResourceDraft::DefaultHook::kUnused;
    }
    detail::adapt_hooks<Hub>(draft_.form, draft_.resource.strategy, hooks_);
  }

  /// A version whose form is the hub struct itself.
  ResourceBuilder& version(std::string name) {
    const schema::TypeId type = describe<Hub>(name);
    if (!draft_.form->hub) draft_.form->hub = type;
    registry::Version version;
    version.name = std::move(name);
    version.type = type;
    return add<Hub>(std::move(version));
  }

  /// A version of a form of its own: `to_hub` takes a `V`, or a `const V&`, and gives a Hub,
  /// `from_hub` the other way round. What they take is theirs: moving it on copies least. Both are
  /// called from many threads.
  template <typename V, typename ToHub, typename FromHub>
  ResourceBuilder& version(std::string name, ToHub to_hub, FromHub from_hub) {
    static_assert(std::is_invocable_r_v<Hub, ToHub&, V>,
                  "to_hub takes a V, or a const V&, and returns the resource's hub struct");
    static_assert(std::is_invocable_r_v<V, FromHub&, Hub>,
                  "from_hub takes the hub struct, or a const reference to it, and returns a V");
    if (!draft_.form->hub) draft_.form->hub = describe<Hub>("__internal");
    registry::Version version;
    version.name = std::move(name);
    version.type = describe<V>(version.name);
    const schema::TypeId hub = *draft_.form->hub;
    version.to_hub =
        detail::adapt_conversion<V, Hub>(conversion(version.type, hub), std::move(to_hub));
    version.from_hub =
        detail::adapt_conversion<Hub, V>(conversion(hub, version.type), std::move(from_hub));
    return add<V>(std::move(version));
  }

  /// A version of a form of its own that differs from the hub in what members are called and where
  /// they are, and in nothing else: no code converts it. What does not fit is an error at the
  /// start.
  template <typename V>
  ResourceBuilder& version(std::string name, schema::Renames renames) {
    if (!draft_.form->hub) draft_.form->hub = describe<Hub>("__internal");
    registry::Version version;
    version.name = std::move(name);
    version.type = describe<V>(version.name);
    const auto form = draft_.form;
    for (std::string& problem : renames.problems(form->types, version.type, *form->hub)) {
      draft_.problems.push_back(version.name + ": " + std::move(problem));
    }
    detail::adapt_renames(std::move(renames), version);
    return add<V>(std::move(version));
  }

  /// The last named version is the one in which objects are stored; else the first is.
  ResourceBuilder& stored() {
    if (has_version("stored")) draft_.resource.storage_version = last().name;
    return *this;
  }
  /// The last named version is read from the store, but not served.
  ResourceBuilder& unserved() {
    if (has_version("unserved")) last().served = false;
    return *this;
  }
  /// Every answer of the last named version carries this text as a warning.
  ResourceBuilder& deprecated(const std::string& warning) {
    if (has_version("deprecated")) last().deprecation = warning;
    return *this;
  }

  /// The status is written only through the `status` subresource, and `metadata.generation` counts
  /// the changes outside of it.
  ResourceBuilder& status() {
    draft_.resource.strategy.status_subresource = true;
    draft_.resource.strategy.generation = true;
    return *this;
  }
  /// Serves the `scale` subresource, by which kubectl and autoscalers set how many are wanted.
  ResourceBuilder& scale(registry::ScalePaths paths) {
    draft_.resource.strategy.scale = std::move(paths);
    return *this;
  }
  /// Serves a subresource by a function of the program.
  ResourceBuilder& subresource(registry::Subresource part) {
    draft_.resource.parts.push_back(std::move(part));
    return *this;
  }
  /// Serves the subresource `log`, which `kubectl get --raw` reads: `read` is `Result<TextPipe>
  /// read(const Hub&, const LogOptions&)`. The pipe is filled at once, or by a thread of the
  /// program's as long as somebody reads. Called from many threads at once.
  template <typename Read>
  ResourceBuilder& log(Read read) {
    static_assert(std::is_invocable_r_v<Result<TextPipe>, Read&, const Hub&, const LogOptions&>,
                  "read is Result<TextPipe> read(const Hub&, const LogOptions&)");
    return subresource(detail::make_log([shared = std::make_shared<Read>(std::move(read))](
                                            const json::Value& object, const LogOptions& options) {
      return Result<TextPipe>((*shared)(detail::to_struct<Hub>(object), options));
    }));
  }
  /// Serves a subresource that hands connections over, spoken over WebSocket: `open` is
  /// `Result<std::unique_ptr<http::Duplex>> open(const Hub&, const http::Request&)`. What the
  /// client sends in messages is received, what is pulled is sent in binary messages. Callers need
  /// the verb `get`. Called from many threads at once.
  template <typename Open>
  ResourceBuilder& connect(const std::string& name, Open open) {
    using DuplexPtr = std::unique_ptr<http::Duplex>;
    static_assert(
        std::is_invocable_r_v<Result<DuplexPtr>, Open&, const Hub&, const http::Request&>,
        "open is Result<std::unique_ptr<http::Duplex>> open(const Hub&, const http::Request&)");
    return subresource(
        detail::make_connect(name, [shared = std::make_shared<Open>(std::move(open))](
                                       const json::Value& object, const http::Request& request) {
          return Result<DuplexPtr>((*shared)(detail::to_struct<Hub>(object), request));
        }));
  }
  /// `metadata.generation` counts changes, or does not.
  ResourceBuilder& generation(bool counts) {
    draft_.resource.strategy.generation = counts;
    return *this;
  }
  /// Objects have no namespace.
  ResourceBuilder& cluster_scoped() {
    draft_.resource.scope = registry::Scope::kCluster;
    return *this;
  }
  /// What kubectl takes for the plural, too; may be given several times.
  ResourceBuilder& short_name(std::string name) {
    draft_.resource.short_names.push_back(std::move(name));
    return *this;
  }
  /// Listed by `kubectl get <category>`, such as "all".
  ResourceBuilder& category(std::string name) {
    draft_.resource.categories.push_back(std::move(name));
    return *this;
  }
  /// Without it: the kind in lower case.
  ResourceBuilder& singular(std::string name) {
    draft_.resource.singular = std::move(name);
    return *this;
  }
  /// What names may be; without a word, DNS subdomains.
  ResourceBuilder& names(registry::NameRule rule) {
    draft_.resource.strategy.name_rule = rule;
    return *this;
  }
  /// An update of an object that does not exist creates it.
  ResourceBuilder& create_on_update() {
    draft_.resource.strategy.create_on_update = true;
    return *this;
  }
  /// An update without resourceVersion overwrites whatever is there.
  ResourceBuilder& unconditional_update() {
    draft_.resource.strategy.unconditional_update = true;
    return *this;
  }

 private:
  template <typename V>
  schema::TypeId describe(const std::string& version) {
    try {
      return schema::describe_type<V>(
          draft_.form->types,
          detail::model_name(draft_.resource.group, version, draft_.resource.kind));
    } catch (const schema::DescribeError& error) {
      draft_.problems.push_back(error.what());
      return 0;
    }
  }

  template <typename V>
  ResourceBuilder& add(registry::Version version) {
    if (detail::adapt_default<V>(draft_.form, version, draft_.resource.strategy, hooks_)) {
      draft_.default_hook = detail::ResourceDraft::DefaultHook::kUsed;
    }
    draft_.structs.emplace_back(typeid(V), version.name);
    draft_.resource.versions.push_back(std::move(version));
    return *this;
  }

  detail::ConversionForms conversion(schema::TypeId source, schema::TypeId target) const {
    return {draft_.form, source, target, draft_.resource.group, draft_.resource.kind};
  }

  bool has_version(const char* word) {
    if (!draft_.resource.versions.empty()) return true;
    draft_.problems.push_back(draft_.resource.plural + ": " + word +
                              "() follows the version that it is about, and there is none yet");
    return false;
  }
  registry::Version& last() { return draft_.resource.versions.back(); }

  detail::ResourceDraft& draft_;
  std::shared_ptr<Hooks> hooks_;
};

}  // namespace annex
