// Metrics: what a server and its program count, told to Prometheus under /metrics.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace annex {

/// Keeps named series of numbers. Owned by the Server, whose restarts it survives; any thread. The
/// values of labels are to come from a small set: each combination stays for good. What gives a
/// series throws std::invalid_argument for a name or label that Prometheus does not take, and for a
/// name that another kind of series has.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;  ///< names and values

  /// Only grows. Light handles, here and below: valid as long as the Metrics; one that was not
  /// given by any does nothing.
  class Counter {
   public:
    Counter() = default;
    /// Requires: `by` is not negative.
    void add(double by = 1) const;

   private:
    friend class Metrics;
    explicit Counter(prometheus::Counter& series) : series_(&series) {}
    prometheus::Counter* series_ = nullptr;
  };

  /// Goes up and down.
  class Gauge {
   public:
    Gauge() = default;
    /// The last of several threads wins.
    void set(double value) const;
    /// Adds to whatever it is.
    void add(double by) const;

   private:
    friend class Metrics;
    explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
    prometheus::Gauge* series_ = nullptr;
  };

  /// Counts observations by size, in buckets.
  class Histogram {
   public:
    Histogram() = default;
    /// Counts it in its bucket.
    void observe(double value) const;

   private:
    friend class Metrics;
    explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
    prometheus::Histogram* series_ = nullptr;
  };

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The series of that name and those labels, made if it is not there.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  /// As above.
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// `bounds` ascend; what is larger than all of them has a bucket of its own.
  Histogram histogram(const std::string& name, const std::string& help,
                      const std::vector<double>& bounds, const Labels& labels = {});
  /// Calls `update` before each text, on the thread that wants it, to set what is told only then.
  void before_text(std::function<void()> update);

  /// All series in Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace annex
