#include "tillcue/firmware/metrics.hpp"

#include <fmt/core.h>

namespace tillcue::terminal {

void Histogram::add(std::uint64_t micros) noexcept {
  for (std::size_t n = 0; n < kBounds.size(); ++n) {
    if (micros <= kBounds[n]) ++buckets_[n];
  }
  ++count_;
  sum_ += micros;
}

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
  text_ += fmt::format("# HELP tillcue_{0} {1}\n# TYPE tillcue_{0} {2}\n", name, help, type);
}

void MetricsText::counter(std::string_view name, std::string_view help, std::uint64_t value) {
  head(name, help, "counter");
  text_ += fmt::format("tillcue_{} {}\n", name, value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, std::int64_t value) {
  head(name, help, "gauge");
  text_ += fmt::format("tillcue_{} {}\n", name, value);
}

void MetricsText::histogram(std::string_view name, std::string_view help, Histogram const& histogram) {
  head(name, help, "histogram");
  for (std::size_t n = 0; n < Histogram::kBounds.size(); ++n) {
    auto const seconds = static_cast<double>(Histogram::kBounds[n]) / 1e6;
    text_ += fmt::format("tillcue_{}_bucket{{le=\"{}\"}} {}\n", name, seconds, histogram.upto(n));
  }
  text_ += fmt::format("tillcue_{0}_bucket{{le=\"+Inf\"}} {1}\ntillcue_{0}_sum {2}\ntillcue_{0}_count {1}\n", name,
                       histogram.count(), static_cast<double>(histogram.sum()) / 1e6);
}

}  // namespace tillcue::terminal
