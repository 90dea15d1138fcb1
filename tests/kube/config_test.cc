#include "annex/kube/config.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/folder.h"

namespace kube = annex::kube;
using annex::Reason;
using annex::test::Folder;

namespace {

std::string config_text(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: main\n"
         "contexts:\n- name: other\n  context: {cluster: none, user: me}\n"
         "- name: main\n  context: {cluster: here, user: me}\n"
         "clusters:\n- name: there\n  cluster: {server: 'https://there'}\n"
         "- name: here\n  cluster: " +
         cluster + "\nusers:\n- name: me\n  user: " + user + "\n";
}

kube::Variables variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace

TEST_CASE("a kubeconfig's current context gives cluster and user") {
  const Folder folder;
  folder.write("ca.crt", "the CA");
  const auto path = folder.write(
      "config",
      config_text("{server: 'https://10.0.0.1:6443/k8s/', certificate-authority: ca.crt, "
                  "tls-server-name: kubernetes}",
                  "{client-certificate-data: Y2VydA==, client-key-data: a2V5, tokenFile: /t}"));
  const auto config = kube::load_kubeconfig(path);
  REQUIRE(config);
  CHECK(config->host == "10.0.0.1");
  CHECK(config->port == 6443);
  CHECK(config->tls);
  CHECK(config->path_prefix == "/k8s");
  CHECK(config->server_name == "kubernetes");
  CHECK(config->ca_pem == "the CA");
  CHECK(config->certificate_pem == "cert");
  CHECK(config->key_pem == "key");
  CHECK(config->token_file == "/t");
  CHECK_FALSE(config->skip_verify);
}

TEST_CASE("servers are addressed by name, by either kind of address, with and without a port") {
  const Folder folder;
  const auto load = [&](const std::string& server) {
    return kube::load_kubeconfig(
        folder.write("config", config_text("{server: '" + server + "'}", "{token: abc}")));
  };
  const auto six = load("https://[fd00::1]:6443");
  REQUIRE(six);
  CHECK(six->host == "fd00::1");
  CHECK(six->port == 6443);
  CHECK(six->token == "abc");
  CHECK(load("https://name.example.com")->port == 443);
  CHECK(load("http://localhost/")->port == 80);
  CHECK_FALSE(load("http://localhost/")->tls);
  CHECK(load("localhost:8443")->tls);
  for (const char* const bad :
       {"ftp://a", "https://", "https://a:0", "https://a:99999", "https://a:x", "https://u:p@a",
        "https://a?b", "https://[fd00::1", "https://[fd00::1]6443"}) {
    CAPTURE(bad);
    CHECK_FALSE(load(bad));
  }
}

TEST_CASE("what a kubeconfig lacks, or would run, is named") {
  const Folder folder;
  const std::string cluster = "{server: 'https://a'}";
  const auto message = [&](const std::string& text, const std::string& context = {}) {
    const auto config = kube::load_kubeconfig(folder.write("config", text), context);
    REQUIRE_FALSE(config);
    CHECK(config.error().reason == Reason::kBadRequest);
    CHECK_THAT(config.error().message, Catch::StartsWith(folder.path("config")));
    return config.error().message;
  };
  const std::string v1 = "apiVersion: client.authentication.k8s.io/v1";
  const auto of_program = [&](const std::string& members) {
    return message(config_text(cluster, "{exec: {" + members + "}}"));
  };
  CHECK_THAT(of_program("command: aws"), Catch::Contains("user \"me\": exec has the apiVersion"));
  CHECK_THAT(of_program(v1 + ", interactiveMode: Never"), Catch::Contains("no command"));
  CHECK_THAT(of_program(v1 + ", command: aws"), Catch::Contains("no interactiveMode"));
  CHECK_THAT(of_program(v1 + ", command: aws, interactiveMode: Always"),
             Catch::Contains("nobody can be asked"));
  CHECK_THAT(of_program(v1 + ", command: aws, interactiveMode: Never, args: [1]"),
             Catch::Contains("an argument that is no text"));
  CHECK_THAT(message(config_text(cluster, "{auth-provider: {name: gcp}}")),
             Catch::Contains("an auth-provider"));
  CHECK_THAT(message(config_text(cluster, "{username: a, password: b}")),
             Catch::Contains("password"));
  CHECK_THAT(message(config_text(cluster, "{client-certificate-data: Y2VydA==}")),
             Catch::Contains("not both"));
  CHECK_THAT(message(config_text(cluster, "{client-certificate-data: '*', client-key-data: a2V5}")),
             Catch::Contains("client-certificate-data is no base64"));
  CHECK_THAT(message(config_text("{server: 'https://a', certificate-authority: none.crt}", "{}")),
             Catch::Contains("none.crt"));
  CHECK_THAT(message(config_text("{server: 'https://a', certificate-authority-data: Y2E=, "
                                 "insecure-skip-tls-verify: true}",
                                 "{}")),
             Catch::Contains("insecure"));
  CHECK_THAT(message(config_text(cluster, "{}"), "else"), Catch::Contains("context \"else\""));
  CHECK_THAT(message(config_text(cluster, "{}"), "other"), Catch::Contains("cluster \"none\""));
  CHECK_THAT(message("apiVersion: v1\nkind: Config\n"), Catch::Contains("current-context"));
  CHECK_THAT(message("{"), Catch::Contains("config: "));
  CHECK_FALSE(kube::load_kubeconfig(folder.path("absent")));
}

TEST_CASE("a program that gives credentials is read as it is to be run") {
  const Folder folder;
  const auto load = [&](const std::string& exec, const std::string& more = {}) {
    const auto config = kube::load_kubeconfig(folder.write(
        "config", config_text("{server: 'https://a', tls-server-name: b, extensions: [{name: "
                              "client.authentication.k8s.io/exec, extension: {audience: c}}]}",
                              "{" + more + "exec: {apiVersion: client.authentication.k8s.io/" +
                                  exec + "}}")));
    REQUIRE(config);
    return config->exec;
  };
  const auto exec = load(
      "v1, command: aws, args: [get-token, --x], env: [{name: A, value: '1'}], "
      "interactiveMode: IfAvailable, installHint: Get it., provideClusterInfo: true");
  REQUIRE(exec);
  CHECK(exec->command == "aws");
  CHECK(exec->arguments == std::vector<std::string>{"get-token", "--x"});
  CHECK(exec->environment == std::vector<std::pair<std::string, std::string>>{{"A", "1"}});
  CHECK(exec->install_hint == "Get it.");
  CHECK(exec->cluster_json ==
        R"({"server":"https://a","tls-server-name":"b","config":{"audience":"c"}})");
  const auto beta = load("v1beta1, command: bin/give");
  REQUIRE(beta);
  CHECK(beta->command == folder.path("bin/give"));
  CHECK(beta->cluster_json.empty());
  // A token that is there already is used alone.
  CHECK_FALSE(load("v1, command: aws, interactiveMode: Never", "token: abc, "));
}

TEST_CASE("a pod's configuration comes from its variables and its account's files") {
  const Folder folder;
  const auto here =
      variables({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "6443"}});
  CHECK(kube::in_cluster(variables({}), folder.path()).error().reason == Reason::kNotFound);
  CHECK(kube::in_cluster(here, folder.path()).error().reason == Reason::kBadRequest);
  folder.write("token", "abc\n");
  CHECK_THAT(kube::in_cluster(here, folder.path()).error().message, Catch::Contains("ca.crt"));
  folder.write("ca.crt", "the CA");
  const auto config = kube::in_cluster(here, folder.path());
  REQUIRE(config);
  CHECK(config->host == "fd00::1");
  CHECK(config->port == 6443);
  CHECK(config->ca_pem == "the CA");
  CHECK(config->token_file == folder.path() + "/token");
}
