#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tillcue::terminal {

/// Counts durations by bucket.  Units  microseconds.
class Histogram {
 public:
  static constexpr std::array<std::uint64_t, 10> kBounds{10, 25, 50, 100, 250, 500, 1000, 5000, 25000, 100000};

  void add(std::uint64_t micros) noexcept;
  [[nodiscard]] std::uint64_t upto(std::size_t bucket) const noexcept { return buckets_[bucket]; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }

 private:
  std::array<std::uint64_t, kBounds.size()> buckets_{};  ///< cumulative
  std::uint64_t count_ = 0, sum_ = 0;
};

/// Writes Prometheus text format 0.0.4.
class MetricsText {
 public:
  void counter(std::string_view name, std::string_view help, std::uint64_t value);
  void gauge(std::string_view name, std::string_view help, std::int64_t value);
  /// In seconds, as Prometheus wants it.
  void histogram(std::string_view name, std::string_view help, Histogram const& histogram);
  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type);
  std::string text_;
};

}  // namespace tillcue::terminal
