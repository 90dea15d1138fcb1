#include <string_view>
#include <utility>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/kube/config.h"
#include "annex/schema/formats.h"
#include "kube/files.h"
#include "kube/server_url.h"

namespace annex::kube {
namespace {

/// The `part` of the entry called `name` in one of the file's three lists; null if there is none.
const json::Value* find_entry(const json::Value& file, std::string_view list,
                              const std::string& name, std::string_view part) {
  const json::Value* const entries = file.find(list);
  if (!entries || !entries->is_array()) return nullptr;
  for (const json::Value& entry : entries->as_array()) {
    if (entry.at_string({"name"}) == name) return entry.find(part);
  }
  return nullptr;
}

constexpr const char* kExecGroup = "client.authentication.k8s.io";

/// What a program is told of the cluster, as JSON.
std::string cluster_info(const json::Value& cluster, const ClusterConfig& config) {
  json::Object told{{"server", cluster.at_string({"server"})}};
  if (!config.server_name.empty()) told.set("tls-server-name", config.server_name);
  if (config.skip_verify) told.set("insecure-skip-tls-verify", true);
  if (!config.ca_pem.empty()) {
    told.set("certificate-authority-data", schema::write_base64(config.ca_pem));
  }
  const std::string extension = std::string(kExecGroup) + "/exec";
  if (const json::Value* const own = find_entry(cluster, "extensions", extension, "extension")) {
    told.set("config", *own);
  }
  return json::write(json::Value(std::move(told)));
}

/// Reads what one file says; errors name it.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  Result<ClusterConfig> read(const std::string& wanted);

 private:
  Error bad(const std::string& what) const { return Error::bad_request(path_ + ": " + what); }

  std::string resolve(const std::string& name) const {
    if (name.front() == '/') return name;
    const std::size_t slash = path_.rfind('/');
    return slash == std::string::npos ? name : path_.substr(0, slash + 1) + name;
  }

  /// The member `name`-data, decoded, or else the content of the file that `name` names, or
  /// nothing.
  Result<std::string> content(const json::Value& entry, const std::string& name) const {
    std::string encoded = entry.at_string({name + "-data"});
    if (!encoded.empty()) {
      std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
      std::optional<std::string> decoded = schema::parse_base64(encoded);
      if (!decoded) return bad(name + "-data is no base64");
      return std::move(*decoded);
    }
    const std::string& file = entry.at_string({name});
    if (file.empty()) return std::string();
    Result<std::string> text = read_small_file(resolve(file));
    if (!text) return bad(text.error().message);
    return text;
  }

  Result<void> read_cluster(const json::Value& cluster, ClusterConfig& config) const;
  Result<void> read_user(const json::Value& user, const std::string& name,
                         const json::Value& cluster, ClusterConfig& config) const;
  Result<void> read_exec(const json::Value& exec, const std::string& user,
                         const json::Value& cluster, ClusterConfig& config) const;

  const std::string path_;
};

Result<void> Reader::read_cluster(const json::Value& cluster, ClusterConfig& config) const {
  const std::string& server = cluster.at_string({"server"});
  if (server.empty()) return bad("the cluster has no server");
  if (Result<void> applied = apply_server_url(server, config); !applied) {
    return bad(applied.error().message);
  }
  if (!cluster.at_string({"proxy-url"}).empty()) return bad("a proxy-url is not supported");
  config.server_name = cluster.at_string({"tls-server-name"});
  const json::Value* const skip = cluster.find("insecure-skip-tls-verify");
  config.skip_verify = skip && skip->is_bool() && skip->as_bool();
  Result<std::string> ca = content(cluster, "certificate-authority");
  if (!ca) return ca.error();
  if (config.skip_verify && !ca->empty()) {
    return bad("specifying a root certificates file with the insecure flag is not allowed");
  }
  config.ca_pem = std::move(*ca);
  return {};
}

Result<void> Reader::read_exec(const json::Value& exec, const std::string& user,
                               const json::Value& cluster, ClusterConfig& config) const {
  const std::string of = "user \"" + user + "\": exec ";
  ExecProgram program;
  program.api_version = exec.at_string({"apiVersion"});
  const bool is_v1 = program.api_version == std::string(kExecGroup) + "/v1";
  if (!is_v1 && program.api_version != std::string(kExecGroup) + "/v1beta1") {
    return bad(of + "has the apiVersion " + json::quoted(program.api_version) + ", not " +
               kExecGroup + "/v1 or v1beta1");
  }
  program.command = exec.at_string({"command"});
  if (program.command.empty()) return bad(of + "has no command");
  if (program.command.find('/') != std::string::npos) program.command = resolve(program.command);
  const std::string& mode = exec.at_string({"interactiveMode"});
  if (mode.empty() ? is_v1 : mode != "Never" && mode != "IfAvailable") {
    return bad(of +
               (mode.empty() ? "has no interactiveMode"
                             : "has the interactiveMode " + json::quoted(mode) +
                                   ", but nobody can be asked here") +
               ": give Never or IfAvailable");
  }
  if (const json::Value* const args = exec.find("args"); args && args->is_array()) {
    for (const json::Value& each : args->as_array()) {
      if (!each.is_string()) return bad(of + "has an argument that is no text");
      program.arguments.push_back(each.as_string());
    }
  }
  if (const json::Value* const env = exec.find("env"); env && env->is_array()) {
    for (const json::Value& each : env->as_array()) {
      program.environment.emplace_back(each.at_string({"name"}), each.at_string({"value"}));
      if (program.environment.back().first.empty()) return bad(of + "has a variable without name");
    }
  }
  program.install_hint = exec.at_string({"installHint"});
  if (const json::Value* const wanted = exec.find("provideClusterInfo");
      wanted && *wanted == json::Value(true)) {
    program.cluster_json = cluster_info(cluster, config);
  }
  config.exec = std::move(program);
  return {};
}

Result<void> Reader::read_user(const json::Value& user, const std::string& name,
                               const json::Value& cluster, ClusterConfig& config) const {
  if (const json::Value* const found = user.find("auth-provider"); found && !found->is_null()) {
    return bad("user \"" + name +
               "\" gets its credentials from an auth-provider, as Kubernetes no longer does; use "
               "exec, a client certificate, a token or a tokenFile");
  }
  if (!user.at_string({"username"}).empty() || !user.at_string({"as"}).empty()) {
    return bad("user \"" + name +
               "\" uses a password or impersonation, which are not supported; use a client "
               "certificate, a token or a tokenFile");
  }
  Result<std::string> certificate = content(user, "client-certificate");
  if (!certificate) return certificate.error();
  Result<std::string> key = content(user, "client-key");
  if (!key) return key.error();
  if (certificate->empty() != key->empty()) {
    return bad("user \"" + name + "\" has a client certificate or a key, but not both");
  }
  config.certificate_pem = std::move(*certificate);
  config.key_pem = std::move(*key);
  if (const json::Value* const exec = user.find("exec"); exec && !exec->is_null()) {
    if (!config.certificate_pem.empty()) {
      return bad("user \"" + name + "\" has a client certificate, and a program (exec), too");
    }
    // As client-go: a token that is there already is used alone.
    if (user.at_string({"token"}).empty() && user.at_string({"tokenFile"}).empty()) {
      if (Result<void> read = read_exec(*exec, name, cluster, config); !read) return read;
    }
  }
  config.token = user.at_string({"token"});
  if (const std::string& file = user.at_string({"tokenFile"}); !file.empty()) {
    config.token_file = resolve(file);
  }
  return {};
}

Result<ClusterConfig> Reader::read(const std::string& wanted) {
  const Result<std::string> text = read_small_file(path_);
  if (!text) return text.error();
  const Result<json::Document> document = json::read_yaml(*text);
  if (!document) return bad(document.error().message);
  const json::Value& file = document->value;
  if (file.at_string({"kind"}) != "Config" && !file.at_string({"kind"}).empty()) {
    return bad("is no kubeconfig but a " + file.at_string({"kind"}));
  }

  const std::string& name = wanted.empty() ? file.at_string({"current-context"}) : wanted;
  if (name.empty()) return bad("there is no current-context");
  const json::Value* const context = find_entry(file, "contexts", name, "context");
  if (!context) return bad("there is no context \"" + name + "\"");
  const std::string& cluster_name = context->at_string({"cluster"});
  const json::Value* const cluster = find_entry(file, "clusters", cluster_name, "cluster");
  if (!cluster) return bad("there is no cluster \"" + cluster_name + "\"");
  ClusterConfig config;
  if (Result<void> done = read_cluster(*cluster, config); !done) return done.error();

  const std::string& user_name = context->at_string({"user"});
  if (user_name.empty()) return config;
  const json::Value* const user = find_entry(file, "users", user_name, "user");
  if (!user) return bad("there is no user \"" + user_name + "\"");
  if (Result<void> done = read_user(*user, user_name, *cluster, config); !done) return done.error();
  return config;
}

}  // namespace

Result<ClusterConfig> load_kubeconfig(const std::string& path, const std::string& context) {
  return Reader(path).read(context);
}

}  // namespace annex::kube
