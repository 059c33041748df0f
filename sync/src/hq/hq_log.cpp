#include "tillcue/sync/hq_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxValue = 200;

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (char const c : text) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7F) return false;
  }
  return true;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

std::string log_line(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line{event};
  for (auto const& field : fields) {
    std::string_view const value = std::string_view{field.value}.substr(0, kMaxValue);
    line += ' ';
    line += field.key;
    line += '=';
    if (is_plain(value)) {
      line += value;
      continue;
    }
    line += '"';
    append_escaped(line, value);
    line += '"';
  }
  return line;
}

LogSink stderr_log() {
  auto logger = std::make_shared<spdlog::logger>("tillcue-hq", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->flush_on(spdlog::level::info);
  return [logger](LogLevel level, std::string_view line) {
    logger->log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
  };
}

}  // namespace tillcue::sync
