#include "oven_control.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace oven {
namespace {

constexpr std::int32_t kStep = 10;

}  // namespace

void Log::write(annex::util::Severity severity, std::string_view message,
                std::initializer_list<annex::util::LogField> fields) {
  std::string line = severity == annex::util::Severity::kInfo ? "api: " : "api, attention: ";
  line += message;
  for (const annex::util::LogField& field : fields) {
    line += " " + std::string(field.key) + "=" + field.value;
  }
  std::cout << line + "\n" << std::flush;
}

Control::Control(std::string folder) : folder_(std::move(folder)) {
  server_.group("oven.example.com")
      .resource<Setting>("settings", "Setting")
      .version("v1")
      .cluster_scoped()
      .status();
}

// [start]
annex::Result<void> Control::start_api() {
  const annex::Environment environment{clock_, random_, log_};
  auto identities = annex::Standalone::open(folder_, {}, environment);
  if (!identities) return identities.error();
  auto who = identities->authenticators(clock_);
  if (!who) return who.error();
  annex::ServerOptions options;
  options.bind_address = "127.0.0.1";
  options.port = 0;  // any free one
  options.certificate_pem = identities->serving().certificate_pem;
  options.key_pem = identities->serving().key_pem;
  options.authenticators = *who;
  options.store = "memory";
  options.on_listening = [identities](std::uint16_t port) {
    return identities->write_kubeconfig("127.0.0.1", port, {});
  };
  return server_.start(std::move(options), environment);
}

void Control::stop_api() {
  server_.drain();
  server_.stop();
}
// [start]

// [turn]
void Control::turn() {
  const auto setting = settings_.get({}, "oven");
  const std::int32_t wanted = setting ? setting->spec.degrees : 20;
  degrees_ += std::clamp(wanted - degrees_, -kStep, kStep);
  if (!setting || setting->status.degrees == degrees_) return;
  Setting told = *setting;
  told.status.degrees = degrees_;
  // Somebody else may have been quicker: then the next turn tells.
  if (const auto written = client_.update_status(told); !written) {
    log_.info("the oven's state was not written", {{"err", written.error().message}});
  }
}
// [turn]

}  // namespace oven
