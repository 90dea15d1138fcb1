#include <algorithm>
#include <utility>

#include "annex/auth/cluster_trust.h"
#include "annex/json/read.h"

namespace annex::auth {
namespace {

constexpr const char* kName = "kube-system::extension-apiserver-authentication::";

/// A CA bundle replaces the known one only if it can be used.
void read_ca(const json::Value& configmap, const std::string& key, std::string& known,
             std::vector<std::string>& complaints) {
  const std::string& text = configmap.at_string({"data", key});
  if (text.empty()) {
    if (!known.empty()) {
      complaints.push_back("missing content for CA bundle \"" + (kName + key) + "\"");
    }
    return;
  }
  if (const auto pool = tls::CaPool::from_pem(text); !pool) {
    complaints.push_back("CA bundle \"" + (kName + key) + "\": " + pool.error().message);
    return;
  }
  known = text;
}

/// A JSON array of strings, as text; an absent one is empty.
void read_names(const json::Value& configmap, const std::string& key,
                std::vector<std::string>& known, std::vector<std::string>& complaints) {
  const std::string& text = configmap.at_string({"data", key});
  std::vector<std::string> names;
  if (!text.empty()) {
    const auto list = json::parse(text);
    const bool good = list && list->is_array() &&
                      std::all_of(list->as_array().begin(), list->as_array().end(),
                                  [](const json::Value& name) { return name.is_string(); });
    if (!good) {
      complaints.push_back("\"" + (kName + key) + "\" is no JSON array of strings");
      return;
    }
    for (const json::Value& name : list->as_array()) names.push_back(name.as_string());
  }
  known = std::move(names);
}

bool is_plain(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == ':' || c == '@' || c == '_';
  });
}

}  // namespace

TrustTexts read_configmap(const json::Value& configmap, const TrustTexts& before,
                          std::vector<std::string>& complaints) {
  TrustTexts texts = before;
  read_ca(configmap, "client-ca-file", texts.client_ca_pem, complaints);
  read_ca(configmap, "requestheader-client-ca-file", texts.front_proxy_ca_pem, complaints);
  // The names belong to the CA: where that is kept though its key is gone, they are kept, too.
  if (!configmap.at_string({"data", "requestheader-client-ca-file"}).empty()) {
    read_names(configmap, "requestheader-allowed-names", texts.allowed_names, complaints);
    read_names(configmap, "requestheader-username-headers", texts.username_headers, complaints);
    read_names(configmap, "requestheader-uid-headers", texts.uid_headers, complaints);
    read_names(configmap, "requestheader-group-headers", texts.group_headers, complaints);
    read_names(configmap, "requestheader-extra-headers-prefix", texts.extra_prefixes, complaints);
  }
  return texts;
}

std::string missing_role_binding(const std::string& message) {
  constexpr std::string_view kMark = "User \"";
  constexpr std::string_view kAccount = "system:serviceaccount:";
  std::string user;
  if (const std::size_t mark = message.find(kMark); mark != std::string::npos) {
    const std::size_t begin = mark + kMark.size();
    user = message.substr(begin, message.find('"', begin) - begin);
  }
  std::string binding = "ROLEBINDING_NAME";
  std::string subject = "--serviceaccount=YOUR_NS:YOUR_SA";
  if (is_plain(user)) {
    subject = "--user=" + user;
    if (user.rfind(kAccount, 0) == 0 && user.find(':', kAccount.size()) != std::string::npos) {
      const std::string account = user.substr(kAccount.size());
      subject = "--serviceaccount=" + account;
      binding = account;
      std::replace(binding.begin(), binding.end(), ':', '-');
      binding += "-auth-reader";
    }
  }
  return "Unable to get configmap/extension-apiserver-authentication in kube-system: a RoleBinding "
         "in kube-system to the Role extension-apiserver-authentication-reader is missing. Usually "
         "fixed by 'kubectl create rolebinding -n kube-system " +
         binding + " --role=extension-apiserver-authentication-reader " + subject + "'";
}

}  // namespace annex::auth
