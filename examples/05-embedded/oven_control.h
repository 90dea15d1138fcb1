// A program that was there before: it heats an oven, turn by turn. It has an API since.
#pragma once

#include <annex/annex.h>
#include <annex/server/standalone.h>

#include <cstdint>
#include <string>

namespace oven {

struct SettingSpec {
  std::int32_t degrees = 20;
  friend void describe(annex::schema::Object<SettingSpec>& spec) {
    spec.field<&SettingSpec::degrees>("degrees", "How hot it is to be.")
        .defaulted()
        .minimum(0)
        .maximum(300);
  }
};

struct SettingStatus {
  std::int32_t degrees = 0;
  friend void describe(annex::schema::Object<SettingStatus>& status) {
    status.field<&SettingStatus::degrees>("degrees", "How hot it is.").defaulted();
  }
};

struct Setting {
  annex::meta::ObjectMeta metadata;
  SettingSpec spec;
  SettingStatus status;
  friend void describe(annex::schema::Object<Setting>& setting) {
    setting.description("What an oven is set to.");
    setting.field<&Setting::metadata>("metadata", "Standard object metadata.");
    setting.field<&Setting::spec>("spec", "What is wanted.");
    setting.field<&Setting::status>("status", "What is.");
  }
};

/// The program's log, into which the server's lines go, too. Any thread.
class Log final : public annex::util::Logger {
 public:
  bool enabled(int verbosity) const override { return verbosity == 0; }
  void write(annex::util::Severity severity, std::string_view message,
             std::initializer_list<annex::util::LogField> fields) override;
};

/// The oven and its API. Started and stopped by the program whenever it likes; one thread.
class Control {
 public:
  /// `folder` gets certificates, a token and a kubeconfig for whoever uses the API.
  explicit Control(std::string folder);

  annex::Result<void> start_api();
  std::uint16_t port() const { return server_.port(); }
  std::string kubeconfig() const { return folder_ + "/kubeconfig"; }
  void stop_api();

  /// One turn of the program's loop: a step towards what the API wants, and a word about it.
  void turn();
  std::int32_t degrees() const { return degrees_; }

 private:
  const std::string folder_;
  annex::util::RealClock clock_;
  annex::util::SystemRandom random_;
  Log log_;
  std::int32_t degrees_ = 20;
  annex::Server server_{"oven-control"};
  annex::Client<Setting> client_ = server_.client<Setting>();
  annex::Lister<Setting> settings_ = server_.lister<Setting>();
};

}  // namespace oven
