#include "tillcue/sync/broker_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tillcue::sync {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Sources in sync/README.md, "Brokers".
constexpr std::array kPresets{BrokerLimits{},
                              BrokerLimits{.name = "aws-iot-core",
                                           .max_payload = 131'072,
                                           .in_flight = 100,
                                           .filters = 50,
                                           .client_id = 128,
                                           .keep_alive = seconds{1'200}},
                              // Its window is 64 KiB in all: one piece of a bundle at a time.
                              BrokerLimits{.name = "azure-event-grid",
                                           .max_payload = 65'536,
                                           .max_retained = 10'000,
                                           .in_flight = 1,
                                           .filters = 50,
                                           .client_id = 128,
                                           .keep_alive = seconds{1'160},
                                           .session_expiry = hours{8}},
                              BrokerLimits{.name = "emqx", .max_payload = 1'048'576},
                              BrokerLimits{.name = "hivemq", .max_payload = 268'435'460, .in_flight = 10}};

struct Field {
  std::string_view name;
  std::size_t least, most;
  void (*set)(BrokerLimits& limits, std::size_t value);
};
constexpr Field kFields[] = {
    {"max_payload", 1'024, 268'435'460, [](BrokerLimits& l, std::size_t v) { l.max_payload = v; }},
    {"retained", 0, 1, [](BrokerLimits& l, std::size_t v) { l.retained = v != 0; }},
    {"max_retained", 0, 1'000'000'000, [](BrokerLimits& l, std::size_t v) { l.max_retained = v; }},
    {"in_flight", 1, 65'535, [](BrokerLimits& l, std::size_t v) { l.in_flight = v; }},
    {"filters", kTerminalFilters, 1'000'000, [](BrokerLimits& l, std::size_t v) { l.filters = v; }},
    {"client_id", 1, 65'535, [](BrokerLimits& l, std::size_t v) { l.client_id = v; }},
    {"keep_alive", 1, 65'535,
     [](BrokerLimits& l, std::size_t v) { l.keep_alive = seconds{static_cast<std::int64_t>(v)}; }},
    {"session_expiry", 0, 4'000'000'000,
     [](BrokerLimits& l, std::size_t v) { l.session_expiry = seconds{static_cast<std::int64_t>(v)}; }}};

template <class Named>
std::string names_of(Named const& all) {
  std::string names;
  for (auto const& one : all) names.append(names.empty() ? "" : ", ").append(one.name);
  return names;
}

Result<void> change(BrokerLimits& limits, std::string_view text) {
  auto const sign = std::min(text.find('='), text.size());
  auto const field = std::find_if(std::begin(kFields), std::end(kFields),
                                  [&](Field const& one) { return one.name == text.substr(0, sign); });
  if (field == std::end(kFields)) {
    return fail(Code::invalid, "\"" + std::string{text} + "\": no limit of a broker; there are " + names_of(kFields));
  }
  auto const digits = text.substr(std::min(sign + 1, text.size()));
  std::size_t value = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool const whole = error == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
  if (!whole || value < field->least || value > field->most) {
    return fail(Code::invalid, "\"" + std::string{text} + "\": must be a whole number from " +
                                   std::to_string(field->least) + " to " + std::to_string(field->most));
  }
  field->set(limits, value);
  return {};
}

}  // namespace

std::span<BrokerLimits const> broker_presets() noexcept { return kPresets; }

Result<BrokerLimits> read_broker_limits(std::string_view text) {
  auto end = std::min(text.find(','), text.size());
  auto const preset = std::find_if(kPresets.begin(), kPresets.end(),
                                   [&](BrokerLimits const& one) { return one.name == text.substr(0, end); });
  if (preset == kPresets.end()) {
    return fail(Code::invalid,
                "\"" + std::string{text.substr(0, end)} + "\": no preset of a broker; there are " + names_of(kPresets));
  }
  auto limits = *preset;
  while (end < text.size()) {
    auto const begin = end + 1;
    end = std::min(text.find(',', begin), text.size());
    if (auto done = change(limits, text.substr(begin, end - begin)); !done) return tl::unexpected{done.error()};
  }
  return limits;
}

}  // namespace tillcue::sync
