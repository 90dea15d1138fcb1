#include "kube/exec_credential.h"

#include <utility>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/formats.h"

namespace annex::kube {

ExecCredential::ExecCredential(ExecProgram program, util::Clock& clock, ProgramLimits limits)
    : program_(std::move(program)), clock_(clock), limits_(limits) {}

Result<Credential> ExecCredential::get() {
  const util::MutexLock lock(mutex_);
  if (credential_ && (!end_ || clock_.wall_now() < *end_)) return *credential_;
  return run();
}

void ExecCredential::doubt(const Credential& refused) {
  const util::MutexLock lock(mutex_);
  if (!credential_ || credential_->token != refused.token ||
      credential_->certificate_pem != refused.certificate_pem) {
    return;
  }
  credential_.reset();
}

Result<Credential> ExecCredential::run() {
  credential_.reset();
  json::Object spec{{"interactive", false}};
  if (!program_.cluster_json.empty()) {
    if (Result<json::Value> cluster = json::parse(program_.cluster_json); cluster) {
      spec.set("cluster", std::move(*cluster));
    }
  }
  Program program{program_.command, program_.arguments, program_.environment};
  program.environment.emplace_back("KUBERNETES_EXEC_INFO",
                                   json::write(json::Object{{"kind", "ExecCredential"},
                                                            {"apiVersion", program_.api_version},
                                                            {"spec", std::move(spec)}}));
  const Result<std::string> output = run_program(program, limits_);
  Result<Credential> credential = output ? read(*output) : output.error();
  if (credential) {
    credential_ = *credential;
    return credential;
  }
  Error error = credential.error();
  if (!output && !program_.install_hint.empty()) error.message += "\n" + program_.install_hint;
  return error;
}

Result<Credential> ExecCredential::read(const std::string& output) {
  // What it printed may hold secrets: none of it is told.
  const auto bad = [&](const std::string& what) {
    return Error::bad_request("the program \"" + program_.command +
                              "\" gave no credential: " + what);
  };
  const Result<json::Value> given = json::parse(output);
  if (!given || given->at_string({"kind"}) != "ExecCredential") {
    return bad("it printed no ExecCredential");
  }
  if (given->at_string({"apiVersion"}) != program_.api_version) {
    return bad("it speaks " + json::quoted(given->at_string({"apiVersion"})) + ", the kubeconfig " +
               json::quoted(program_.api_version));
  }
  Credential credential{given->at_string({"status", "token"}),
                        given->at_string({"status", "clientCertificateData"}),
                        given->at_string({"status", "clientKeyData"})};
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    return bad("it has a client certificate or a key, but not both");
  }
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return bad("its status has no token and no client certificate");
  }
  end_.reset();
  if (const std::string& end = given->at_string({"status", "expirationTimestamp"}); !end.empty()) {
    end_ = schema::parse_rfc3339(end);
    if (!end_) return bad("its expirationTimestamp is no time");
  }
  return credential;
}

}  // namespace annex::kube
