#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace tillcue::sync {

enum class LogLevel : std::uint8_t { info, warning, error };

/// One `key=value` of a log line.
struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, std::uint64_t number) : key(name), value(std::to_string(number)) {}
};

/// Where log lines go: the program's stderr, a test's vector.
/// Threads  called from several at once.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// `event key=value key="two words"`. Foreign text stays on its line: quotes, backslashes and bytes that do not print
/// are escaped, values are cut at 200 bytes.
[[nodiscard]] std::string log_line(std::string_view event, std::initializer_list<LogField> fields);

/// Time, level and line to standard error.
/// Threads  any.
[[nodiscard]] LogSink stderr_log();

}  // namespace tillcue::sync
