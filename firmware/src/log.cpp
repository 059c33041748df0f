#include "tillcue/firmware/log.hpp"

#include <cstdlib>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "wall_clock.hpp"

namespace tillcue::terminal {
namespace {

spdlog::logger& sink() {
  static auto const logger = [] {
    auto made = std::make_shared<spdlog::logger>("tillcued", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

/// A value that could be mistaken for the next field is quoted.
std::string in_quotes(std::string const& value) {
  if (!value.empty() && value.find_first_of(" \"=\n\r\t") == std::string::npos) return value;
  std::string text = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += (c == '\n' || c == '\r' || c == '\t') ? ' ' : c;
  }
  return text + '"';
}

void write(spdlog::level::level_enum level, char priority, std::string_view event,
           std::initializer_list<Log::Field> fields) {
  if (!sink().should_log(level)) return;
  static bool const journal = std::getenv("JOURNAL_STREAM") != nullptr;
  auto const name = spdlog::level::to_string_view(level);
  auto line = journal ? std::string("<") + priority + ">"
                      : log_time(wall_clock()) + " " + std::string(name.data(), name.size()) + " ";
  line += event;
  for (auto const& [key, value] : fields) line += " " + std::string(key) + "=" + in_quotes(value);
  sink().log(level, line);
}

}  // namespace

void Log::set_level(std::string_view level) { sink().set_level(spdlog::level::from_str(std::string(level))); }

void Log::debug(std::string_view event, std::initializer_list<Field> fields) const {
  write(spdlog::level::debug, '7', event, fields);
}
void Log::info(std::string_view event, std::initializer_list<Field> fields) const {
  write(spdlog::level::info, '6', event, fields);
}
void Log::warning(std::string_view event, std::initializer_list<Field> fields) const {
  write(spdlog::level::warn, '4', event, fields);
}
void Log::error(std::string_view event, std::initializer_list<Field> fields) const {
  write(spdlog::level::err, '3', event, fields);
}

}  // namespace tillcue::terminal
