#include "tests/conformance/rest_server.h"

#include <stdexcept>

#include "annex/http/uri.h"
#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/object_meta.h"
#include "annex/schema/describe.h"

namespace annex::conformance {
namespace {

struct FlunderSpec {
  std::string reference;
  std::string reference_type;
  std::vector<std::string> items;
  std::int32_t copies = 0;

  friend void describe(schema::Object<FlunderSpec>& spec) {
    spec.field<&FlunderSpec::reference>("reference", "What it refers to.").max_length(262144);
    spec.field<&FlunderSpec::reference_type>("referenceType", "Of which type.");
    spec.field<&FlunderSpec::items>("items", "Parts.");
    spec.field<&FlunderSpec::copies>("copies", "How many are wanted.").maximum(100);
  }
};

struct FlunderStatus {
  std::string phase;
  std::int32_t copies = 0;
  std::string found_by;

  friend void describe(schema::Object<FlunderStatus>& status) {
    status.field<&FlunderStatus::phase>("phase", "How far it is.");
    status.field<&FlunderStatus::copies>("copies", "How many there are.");
    status.field<&FlunderStatus::found_by>("foundBy", "A label selector.");
  }
};

struct Flunder {
  meta::ObjectMeta metadata;
  FlunderSpec spec;
  FlunderStatus status;

  friend void describe(schema::Object<Flunder>& flunder) {
    flunder.field<&Flunder::metadata>("metadata", "Standard metadata.");
    flunder.field<&Flunder::spec>("spec", "What is wanted.");
    flunder.field<&Flunder::status>("status", "What is.");
  }
};

/// v1alpha1 has the reference at the top.
struct OldFlunder {
  meta::ObjectMeta metadata;
  std::string reference;
  FlunderStatus status;

  friend void describe(schema::Object<OldFlunder>& flunder) {
    flunder.field<&OldFlunder::metadata>("metadata", "Standard metadata.");
    flunder.field<&OldFlunder::reference>("reference", "What it refers to.");
    flunder.field<&OldFlunder::status>("status", "What is.");
  }
};

Result<json::Value> old_to_hub(json::Value object) {
  json::Object spec;
  if (const json::Value* reference = object.find("reference")) spec.set("reference", *reference);
  object.as_object().erase("reference");
  object.as_object().set("spec", std::move(spec));
  return object;
}

Result<json::Value> hub_to_old(json::Value object) {
  const std::string reference = object.at_string({"spec", "reference"});
  object.as_object().erase("spec");
  object.as_object().set("reference", reference);
  return object;
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

}  // namespace

registry::Resource make_flunders() {
  auto types = std::make_shared<schema::TypeTable>();
  registry::Resource resource;
  resource.group = "wardle.example.com";
  resource.plural = "flunders";
  resource.singular = "flunder";
  resource.kind = "Flunder";
  resource.types = types;
  const auto type = schema::describe_type<Flunder>(*types, "com.example.wardle.v1beta1.Flunder");
  const auto old = schema::describe_type<OldFlunder>(*types, "com.example.wardle.v1alpha1.Flunder");
  registry::Version alpha;
  alpha.name = "v1alpha1";
  alpha.type = old;
  alpha.to_hub = old_to_hub;
  alpha.from_hub = hub_to_old;
  registry::Version beta;
  beta.name = "v1beta1";
  beta.type = type;
  resource.versions = {beta, alpha};
  resource.hub_type = type;
  return resource;
}

std::string Answer::cause(std::size_t n) const {
  const json::Value* details = body.find("details");
  const json::Value* causes = details == nullptr ? nullptr : details->find("causes");
  if (causes == nullptr || causes->as_array().size() <= n) return {};
  const json::Value& one = causes->as_array()[n];
  return one.at_string({"reason"}) + " " + one.at_string({"field"});
}

std::vector<std::string> Answer::item_names() const {
  std::vector<std::string> names;
  const json::Value* items = body.find("items");
  if (items == nullptr || !items->is_array()) return {"no items"};
  for (const json::Value& item : items->as_array()) {
    names.push_back(item.at_string({"metadata", "name"}));
  }
  return names;
}

std::vector<json::Value> WatchStream::read(util::TimePoint now) {
  std::vector<json::Value> events;
  std::string text;
  while (!ended_) {
    util::Chunks out;
    const http::Pull pulled = source().pull(1U << 16U, now, out);
    text += out.join();
    if (pulled == http::Pull::kWait) break;
    ended_ = pulled != http::Pull::kWrote;
  }
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    auto event = json::parse(std::string_view(text).substr(begin, end - begin));
    if (!event) throw std::runtime_error("no JSON: " + text);
    events.push_back(std::move(*event));
    begin = end + 1;
  }
  return events;
}

std::vector<std::string> WatchStream::lines(util::TimePoint now) {
  std::vector<std::string> result;
  for (const json::Value& event : read(now)) {
    result.push_back(event.at_string({"type"}) + " " +
                     event.at_string({"object", "metadata", "name"}) + " " +
                     event.at_string({"object", "metadata", "resourceVersion"}));
  }
  return result;
}

RestServer::RestServer(handlers::HandlersOptions options)
    : store(storage::make_memory_store({}, clock, random)) {
  registry::Resource plain = make_flunders();
  registry::Resource full = plain;
  full.plural = "flasks";
  full.singular = "flask";
  full.kind = "Flask";
  full.versions.resize(1);
  full.strategy.status_subresource = true;
  full.strategy.scale = {"spec.copies", ".status.copies", "status.foundBy"};
  full.strategy.generation = true;
  full.strategy.create_on_update = true;
  full.strategy.unconditional_update = true;
  full.strategy.columns = {{"Name", "string", "name", "The name.", 0},
                           {"Phase", "string", "", "How far.", 0},
                           {"Reference", "string", "", "What.", 1}};
  full.strategy.cells = [](const json::Value& object, util::WallTime) {
    return json::Array{object.at_string({"metadata", "name"}),
                       object.at_string({"status", "phase"}),
                       object.at_string({"spec", "reference"})};
  };
  full.strategy.selectable_fields = {{"spec.reference", [](const json::Value& object) {
                                        return object.at_string({"spec", "reference"});
                                      }}};
  full.strategy.validate = [](const registry::HookContext&, const json::Value& object,
                              schema::FieldErrors& errors) {
    if (object.at_string({"spec", "reference"}) == "bad") {
      errors.invalid(schema::FieldPath("spec") / "reference", "bad", "must be good");
    }
  };
  full.strategy.warnings = [](const registry::HookContext&, const json::Value& object,
                              const json::Value*) {
    std::vector<std::string> texts;
    if (object.at_string({"spec", "reference"}) == "odd") texts.emplace_back("that is odd");
    return texts;
  };
  registry::Resource cluster = plain;
  cluster.plural = "fischers";
  cluster.singular = "fischer";
  cluster.kind = "Fischer";
  cluster.versions.resize(1);
  cluster.scope = registry::Scope::kCluster;
  std::vector<registry::Resource> resources;
  resources.push_back(std::move(plain));
  resources.push_back(std::move(full));
  resources.push_back(std::move(cluster));
  serve(std::move(resources), options);
}

void RestServer::serve(std::vector<registry::Resource> resources,
                       handlers::HandlersOptions options) {
  handlers.reset();
  backends.reset();
  registry = registry::Registry();
  for (registry::Resource& resource : resources) must(registry.add(std::move(resource)));
  registry::BackendOptions backend_options;
  backend_options.wait = std::chrono::milliseconds(30);
  backends = std::make_unique<registry::Backends>(registry, *store, clock, logger, backend_options);
  must(backends->start());
  handlers =
      std::make_unique<handlers::Handlers>(registry, *backends, clock, random, logger, options);
}

http::Response RestServer::raw(const std::string& method, const std::string& target,
                               const std::string& body, const HeaderMap& headers) {
  http::Request request;
  request.method = method;
  auto parsed = http::parse_target(target);
  if (!parsed) throw std::runtime_error(parsed.error().message);
  request.target = std::move(*parsed);
  request.body = util::Bytes(body);
  for (const auto& header : headers) request.headers.add(header.first, header.second);
  request::Context context;
  auto info = request::resolve(request);
  if (!info) throw std::runtime_error(info.error().message);
  context.info = std::move(*info);
  context.user.name = "tester";
  return handlers->serve(context, request).run();
}

Answer RestServer::call(const std::string& method, const std::string& target,
                        const std::string& body, const HeaderMap& headers) {
  const http::Response response = raw(method, target, body, headers);
  Answer answer;
  answer.status = response.status;
  answer.headers = response.headers;
  if (std::get_if<0>(&response.body) == nullptr) return answer;
  answer.text = response.body_text();
  if (auto value = json::parse(answer.text)) answer.body = std::move(*value);
  return answer;
}

Answer RestServer::put(const std::string& target, const json::Value& body) {
  return call("PUT", target, json::write(body));
}

Answer RestServer::make(const std::string& name, const std::string& metadata,
                        const std::string& collection) {
  Answer answer = post(collection, R"({"metadata":{"name":")" + name + "\"" +
                                       (metadata.empty() ? "" : "," + metadata) +
                                       R"(},"spec":{"reference":"r"}})");
  if (answer.status != 201) throw std::runtime_error("not created: " + answer.text);
  return answer;
}

WatchStream RestServer::watch(const std::string& target, const HeaderMap& headers) {
  http::Response response = raw("GET", target, {}, headers);
  if (std::get_if<1>(&response.body) == nullptr) {
    throw std::runtime_error("no stream: " + response.body_text());
  }
  WatchStream stream(std::move(response));
  stream.start({});
  return stream;
}

registry::Backend& RestServer::backend(const std::string& plural) const {
  return *backends->find(*registry.find("wardle.example.com", "v1beta1", plural));
}

std::uint64_t RestServer::encodings(const std::string& plural) const {
  return backend(plural).codec().encodings();
}

}  // namespace annex::conformance
