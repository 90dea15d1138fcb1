#include "annex/server/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stdexcept>

#include "annex/util/mutex.h"

namespace annex {
namespace {

/// The library asserts what this checks.
void check_names(const std::string& name, const Metrics::Labels& labels) {
  if (!prometheus::CheckMetricName(name)) {
    throw std::invalid_argument("\"" + name + "\" is no name of a metric");
  }
  for (const auto& [label, value] : labels) {
    if (!prometheus::CheckLabelName(label) || label == "le") {
      throw std::invalid_argument(name + ": \"" + label + "\" is no name of a label");
    }
  }
}

}  // namespace

struct Metrics::State {
  enum class Kind { kCounter, kGauge, kHistogram };
  prometheus::Registry registry{};
  util::Mutex mutex{};
  std::vector<std::function<void()>> updates ANNEX_GUARDED_BY(mutex){};
  std::map<std::string, Kind> kinds ANNEX_GUARDED_BY(mutex){};

  /// Checked here, so that no exception has to cross from the library's C++ runtime into ours.
  void claim(const std::string& name, Kind kind, const Labels& labels) {
    check_names(name, labels);
    const util::MutexLock lock(mutex);
    if (kinds.try_emplace(name, kind).first->second != kind) {
      throw std::invalid_argument("there is another kind of metric named " + name);
    }
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::Counter::add(double by) const {
  if (series_ != nullptr) series_->Increment(by);
}

void Metrics::Gauge::set(double value) const {
  if (series_ != nullptr) series_->Set(value);
}

void Metrics::Gauge::add(double by) const {
  if (series_ != nullptr) series_->Increment(by);
}

void Metrics::Histogram::observe(double value) const {
  if (series_ != nullptr) series_->Observe(value);
}

Metrics::Counter Metrics::counter(const std::string& name, const std::string& help,
                                  const Labels& labels) {
  state_->claim(name, State::Kind::kCounter, labels);
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  return Counter(family.Add(labels));
}

Metrics::Gauge Metrics::gauge(const std::string& name, const std::string& help,
                              const Labels& labels) {
  state_->claim(name, State::Kind::kGauge, labels);
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  return Gauge(family.Add(labels));
}

Metrics::Histogram Metrics::histogram(const std::string& name, const std::string& help,
                                      const std::vector<double>& bounds, const Labels& labels) {
  state_->claim(name, State::Kind::kHistogram, labels);
  if (!std::is_sorted(bounds.begin(), bounds.end(), std::less_equal<>())) {
    throw std::invalid_argument(name + ": the bounds of its buckets do not ascend");
  }
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  return Histogram(family.Add(labels, bounds));
}

void Metrics::before_text(std::function<void()> update) {
  const util::MutexLock lock(state_->mutex);
  state_->updates.push_back(std::move(update));
}

std::string Metrics::text() const {
  std::vector<std::function<void()>> updates;
  {
    const util::MutexLock lock(state_->mutex);
    updates = state_->updates;
  }
  for (const auto& update : updates) update();
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace annex
