#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tillcue::terminal {

/// One line an event on stderr: "2026-11-21T10:00:00.123Z info sale.closed sale=17 total=12.30".
/// Under systemd (JOURNAL_STREAM) the time is left out and the level goes in as the journal's own priority.
/// Never pass a secret or a loyalty id.  Threads  any.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;

  /// `level`: debug, info, warning, error; of the whole program, from now on.
  explicit Log(std::string_view level) { set_level(level); }
  static void set_level(std::string_view level);

  void debug(std::string_view event, std::initializer_list<Field> fields = {}) const;
  void info(std::string_view event, std::initializer_list<Field> fields = {}) const;
  void warning(std::string_view event, std::initializer_list<Field> fields = {}) const;
  void error(std::string_view event, std::initializer_list<Field> fields = {}) const;
};

}  // namespace tillcue::terminal
