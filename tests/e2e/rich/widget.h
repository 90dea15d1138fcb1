// Widget: a kind with every kind of field, in two versions.
#pragma once

#include <annex/annex.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rich {

enum class Mode { kAuto, kManual };

struct Port {
  std::string name;
  std::int32_t number = 0;
  std::string protocol = "TCP";
};

/// Holds itself.
struct Part {
  std::string name;
  std::int32_t count = 0;
  std::unique_ptr<Part> inner;
};

/// What the spec has in both versions.
struct Common {
  std::string color;
  Mode mode = Mode::kAuto;
  std::int64_t big = 0;
  std::optional<std::int32_t> small;
  double ratio = 0;
  bool paused = false;
  std::optional<bool> enabled;
  std::vector<std::string> tags;
  std::vector<std::string> words;
  std::vector<Port> ports;
  std::map<std::string, std::string> options;
  std::map<std::string, std::int32_t> weights;
  std::map<std::string, Part> parts;
  annex::meta::Quantity size;
  std::map<std::string, annex::meta::Quantity> limits;
  std::optional<annex::meta::Time> start_at;
  std::optional<annex::meta::MicroTime> tick;
  std::optional<annex::meta::Duration> patience;
  std::optional<annex::meta::IntOrString> target;
  std::vector<std::uint8_t> data;
  std::optional<annex::meta::RawExtension> extension;
  annex::json::Value free;
  Part part;
  std::unique_ptr<Part> extra;
};

struct Spec : Common {
  std::optional<std::int32_t> replicas;
  std::string text;
};

struct Status {
  std::int32_t replicas = 0;
  std::string selector;
  std::string phase;
  std::int64_t observed_generation = 0;
};

struct Widget {
  annex::meta::ObjectMeta metadata;
  Spec spec;
  Status status;
};

/// The older version calls two fields by other names, and has one of them in another place.
struct OldSpec : Common {
  std::optional<std::int32_t> count;
};

struct OldWidget {
  annex::meta::ObjectMeta metadata;
  std::string note;
  OldSpec spec;
  Status status;
};

void describe(annex::schema::Enum<Mode>& mode);
void describe(annex::schema::Object<Port>& port);
void describe(annex::schema::Object<Part>& part);
void describe(annex::schema::Object<Spec>& spec);
void describe(annex::schema::Object<Status>& status);
void describe(annex::schema::Object<Widget>& widget);
void describe(annex::schema::Object<OldSpec>& spec);
void describe(annex::schema::Object<OldWidget>& widget);

Widget from_old(const OldWidget& old);
OldWidget to_old(const Widget& widget);

}  // namespace rich
