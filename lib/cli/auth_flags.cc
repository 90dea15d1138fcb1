#include "cli/auth_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "annex/admission/namespace_lifecycle.h"
#include "annex/auth/cluster_trust.h"
#include "annex/http/headers.h"
#include "annex/json/write.h"
#include "annex/kube/config.h"
#include "cli/ca_files.h"
#include "cli/duration_flag.h"

namespace annex::cli {
namespace {

using Texts = std::vector<std::string>;

void add_texts(CLI::App& app, const char* name, Texts& target, const char* text) {
  app.add_option(name, target, text)
      ->type_name("NAMES")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
}

void add_text(CLI::App& app, const char* name, std::string& target, const char* text) {
  app.add_option(name, target, text)->type_name("FILE");
}

bool has(const Texts& texts, std::string_view wanted) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return http::iequals(text, wanted); });
}

Result<void> check_texts(const char* flag, const Texts& texts) {
  for (const std::string& text : texts) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      return Error::bad_request("empty value in " + json::quoted(flag));
    }
  }
  return {};
}

Result<void> check_headers(const AuthFlags& flags, util::Logger& logger) {
  const std::pair<const char*, const Texts*> lists[] = {
      {"requestheader-username-headers", &flags.username_headers},
      {"requestheader-uid-headers", &flags.uid_headers},
      {"requestheader-group-headers", &flags.group_headers},
      {"requestheader-extra-headers-prefix", &flags.extra_prefixes},
      {"requestheader-allowed-names", &flags.allowed_names}};
  for (const auto& list : lists) {
    if (Result<void> checked = check_texts(list.first, *list.second); !checked) return checked;
  }
  const auto warn = [&](const char* flag, const char* standard) {
    logger.warning(std::string("--") + flag + " is set without specifying the standard " +
                   standard + " - API aggregation will not work");
  };
  if (!flags.username_headers.empty() && !has(flags.username_headers, "X-Remote-User")) {
    warn("requestheader-username-headers", "X-Remote-User header");
  }
  if (!flags.group_headers.empty() && !has(flags.group_headers, "X-Remote-Group")) {
    warn("requestheader-group-headers", "X-Remote-Group header");
  }
  if (!flags.extra_prefixes.empty() && !has(flags.extra_prefixes, "X-Remote-Extra-")) {
    warn("requestheader-extra-headers-prefix", "X-Remote-Extra- header prefix");
  }
  if (!flags.uid_headers.empty() && !has(flags.uid_headers, "X-Remote-Uid")) {
    return Error::bad_request(
        "--requestheader-uid-headers is set without specifying the standard X-Remote-Uid header - "
        "API aggregation will not work");
  }
  return {};
}

/// What a flag's kubeconfig says, else the pod's account, else `--kubeconfig`; nothing if there is
/// none of them and none is required.
Result<std::optional<kube::ClusterConfig>> find_cluster(const std::string& path,
                                                        const AuthFlags& flags, Lookup lookup,
                                                        const std::string& purpose) {
  const auto wrap =
      [&](Result<kube::ClusterConfig> config) -> Result<std::optional<kube::ClusterConfig>> {
    if (config) return std::optional(std::move(*config));
    return Error::bad_request("failed to get delegated " + purpose +
                              " kubeconfig: " + config.error().message);
  };
  if (!path.empty()) return wrap(kube::load_kubeconfig(path));
  if (lookup != Lookup::kNone) {
    Result<kube::ClusterConfig> pod = kube::in_cluster(kube::process_variable);
    const bool is_pod = pod || pod.error().reason != Reason::kNotFound;
    if (is_pod) return wrap(std::move(pod));
    if (flags.kubeconfig.empty() && lookup == Lookup::kRequired) return wrap(std::move(pod));
  }
  if (!flags.kubeconfig.empty()) return wrap(kube::load_kubeconfig(flags.kubeconfig));
  return std::optional<kube::ClusterConfig>();
}

Result<std::shared_ptr<kube::Client>> connect(const std::optional<kube::ClusterConfig>& config,
                                              util::Clock& clock) {
  if (!config) return std::shared_ptr<kube::Client>();
  Result<std::unique_ptr<kube::Client>> client = kube::make_client(*config, {}, clock);
  if (!client) return client.error();
  return std::shared_ptr<kube::Client>(std::move(*client));
}

void warn_about_lookup(const char* what, const char* consequence, util::Logger& logger) {
  logger.warning(std::string("No authentication-kubeconfig provided in order to lookup ") + what +
                 " in configmap/extension-apiserver-authentication in kube-system, so " +
                 consequence + " won't work.");
}

/// Reads the CA files that flags name, and has the server follow them.
Result<void> follow_ca_files(const AuthFlags& flags,
                             const std::shared_ptr<auth::ClusterTrust>& trust,
                             Environment environment, ServerOptions& options) {
  auto files = std::make_shared<CaFiles>(environment.logger);
  if (!flags.client_ca_file.empty()) {
    const auto apply = [trust](const std::string& pem) { return trust->set_client_ca(pem); };
    Result<void> added = files->add("--client-ca-file", flags.client_ca_file, apply);
    if (!added) return added;
  }
  if (!flags.requestheader_client_ca_file.empty()) {
    auth::TrustTexts texts;
    texts.allowed_names = flags.allowed_names;
    texts.username_headers = flags.username_headers;
    texts.uid_headers = flags.uid_headers;
    texts.group_headers = flags.group_headers;
    texts.extra_prefixes = flags.extra_prefixes;
    const auto apply = [trust, texts](const std::string& pem) mutable {
      texts.front_proxy_ca_pem = pem;
      return trust->set_front_proxy(texts);
    };
    Result<void> added =
        files->add("--requestheader-client-ca-file", flags.requestheader_client_ca_file, apply);
    if (!added) return added;
  }
  if (!files->empty()) options.delegation->refresh = [files] { files->check(); };
  return {};
}

/// The trust of flags and configmap, followed from now on.
Result<void> make_trust(const AuthFlags& flags, const std::optional<kube::ClusterConfig>& config,
                        Environment environment, ServerOptions& options) {
  auth::ClusterTrustOptions following;
  following.tolerate = flags.tolerate_lookup_failure;
  const bool looks_up = config && !flags.skip_lookup;
  following.own_client_ca = !flags.client_ca_file.empty() || !looks_up;
  following.own_front_proxy = !flags.requestheader_client_ca_file.empty() || !looks_up;
  if (!config && !flags.skip_lookup) {
    if (flags.client_ca_file.empty()) {
      warn_about_lookup("client-ca-file", "client certificate authentication", environment.logger);
    }
    if (flags.requestheader_client_ca_file.empty()) {
      warn_about_lookup("requestheader-client-ca-file",
                        "request-header client certificate authentication", environment.logger);
    }
  }
  const bool follows = !following.own_client_ca || !following.own_front_proxy;
  std::shared_ptr<kube::Client> client;
  if (follows) {
    // Not the client of the reviews: stopping to follow stops this one.
    Result<std::shared_ptr<kube::Client>> connected = connect(config, environment.clock);
    if (!connected) return connected.error();
    client = std::move(*connected);
  }
  auto trust = std::make_shared<auth::ClusterTrust>(std::move(client), following, environment.clock,
                                                    environment.random, environment.logger);
  if (Result<void> followed = follow_ca_files(flags, trust, environment, options); !followed) {
    return followed;
  }
  if (follows) {
    options.checks.push_back({"authentication-configmap",
                              [trust] { return trust->not_ready().value_or(std::string()); }});
    trust->start();
  }
  options.delegation->trust = std::move(trust);
  return {};
}

/// The API whose namespaces are the server's: as upstream, the pod's or that of `--kubeconfig`.
Result<void> find_namespaces(const AuthFlags& flags, Lookup lookup, Environment environment,
                             ServerOptions& options) {
  const std::vector<std::string>& off = options.admission.disabled;
  if (std::find(off.begin(), off.end(), admission::kNamespaceLifecycle) != off.end()) return {};
  const Lookup optional = lookup == Lookup::kRequired ? Lookup::kOptional : lookup;
  const auto config = find_cluster("", flags, optional, "admission");
  if (!config) return config.error();
  if (!*config) {
    environment.logger.warning(
        "No kubeconfig provided, so that admission plugin NamespaceLifecycle is off: objects can "
        "be created in namespaces that do not exist.");
    return {};
  }
  auto client = connect(*config, environment.clock);
  if (!client) return client.error();
  options.namespaces = std::move(*client);
  return {};
}

}  // namespace

void add_auth_flags(CLI::App& app, AuthFlags& flags) {
  add_text(app, "--kubeconfig", flags.kubeconfig,
           "The Kubernetes API to use outside of a cluster, where no flag below names another");
  add_text(app, "--authentication-kubeconfig", flags.authentication_kubeconfig,
           "The Kubernetes API that reviews tokens and publishes whose certificates count; "
           "in a pod by default the cluster's");
  add_text(app, "--authorization-kubeconfig", flags.authorization_kubeconfig,
           "The Kubernetes API that decides about requests; in a pod by default the cluster's");
  app.add_flag("--authentication-skip-lookup", flags.skip_lookup,
               "Do not look up the authentication configmap of the cluster");
  app.add_flag("--authentication-tolerate-lookup-failure", flags.tolerate_lookup_failure,
               "Become ready even if the authentication configmap cannot be read");
  add_duration_flag(app, "--authentication-token-webhook-cache-ttl", flags.token_ttl,
                    "How long the review of a token is remembered");
  add_duration_flag(app, "--authorization-webhook-cache-authorized-ttl", flags.allowed_ttl,
                    "How long it is remembered that a request was allowed");
  add_duration_flag(app, "--authorization-webhook-cache-unauthorized-ttl", flags.denied_ttl,
                    "How long it is remembered that a request was not allowed");
  add_texts(app, "--authorization-always-allow-paths", flags.always_allow_paths,
            "Paths that are allowed to everybody; a trailing * makes a prefix");
  add_text(app, "--client-ca-file", flags.client_ca_file,
           "The CA, in PEM, of client certificates, instead of the configmap's");
  add_text(app, "--requestheader-client-ca-file", flags.requestheader_client_ca_file,
           "The CA, in PEM, of front proxies, instead of the configmap's");
  add_texts(app, "--requestheader-allowed-names", flags.allowed_names,
            "The common names of front proxies; none: any that the CA signed");
  add_texts(app, "--requestheader-username-headers", flags.username_headers,
            "Headers in which a front proxy tells the user's name");
  add_texts(app, "--requestheader-uid-headers", flags.uid_headers,
            "Headers in which a front proxy tells the user's UID");
  add_texts(app, "--requestheader-group-headers", flags.group_headers,
            "Headers in which a front proxy tells the user's groups");
  add_texts(app, "--requestheader-extra-headers-prefix", flags.extra_prefixes,
            "How the headers begin in which a front proxy tells more about the user");
}

Result<void> apply_auth_flags(const AuthFlags& flags, Lookup lookup, Environment environment,
                              ServerOptions& options) {
  options.always_allowed_paths = flags.always_allow_paths;
  if (Result<void> checked = check_headers(flags, environment.logger); !checked) return checked;
  if (lookup == Lookup::kNone && !flags.names_a_source()) return {};
  // Trust from a file alone needs no Kubernetes API.
  const Result<std::optional<kube::ClusterConfig>> authentication =
      find_cluster(flags.authentication_kubeconfig, flags, lookup, "authentication");
  if (!authentication) return authentication.error();
  const Result<std::optional<kube::ClusterConfig>> authorization =
      find_cluster(flags.authorization_kubeconfig, flags, lookup, "authorization");
  if (!authorization) return authorization.error();
  if (!*authentication && !*authorization && !flags.names_a_source()) return {};
  if (Result<void> found = find_namespaces(flags, lookup, environment, options); !found) {
    return found;
  }

  options.delegation.emplace();
  Delegation& delegation = *options.delegation;
  delegation.tokens.success_ttl = delegation.tokens.failure_ttl = flags.token_ttl;
  delegation.access.allowed_ttl = flags.allowed_ttl;
  delegation.access.denied_ttl = flags.denied_ttl;
  Result<std::shared_ptr<kube::Client>> client = connect(*authentication, environment.clock);
  if (!client) return client.error();
  delegation.authentication = std::move(*client);
  client = connect(*authorization, environment.clock);
  if (!client) return client.error();
  delegation.authorization = std::move(*client);
  if (!delegation.authorization) {
    environment.logger.warning(
        "No authorization-kubeconfig provided, so SubjectAccessReview of authorization tokens "
        "won't work.");
  }
  return make_trust(flags, *authentication, environment, options);
}

}  // namespace annex::cli
