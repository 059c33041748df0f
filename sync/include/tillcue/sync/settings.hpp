#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// One setting of a terminal that head office may set from afar. None of them is part of the connection to head
/// office, and each acts at once, so no document can cut the line it came by.
struct Setting {
  enum class Kind : std::uint8_t { flag, number, choice };
  std::string_view name;  ///< as in the terminal's configuration file, dotted
  Kind kind = Kind::flag;
  std::int64_t least = 0, most = 0;  ///< of a number
  std::vector<std::string_view> choices{};
  std::string_view about{};

  /// "true or false", "a whole number from 1500 to 120000", "one of: debug, info".
  [[nodiscard]] std::string rule() const;
};

std::span<Setting const> settings();

/// A configuration document: setting -> value as JSON text ("true", "9000", "\"info\"").
using Settings = std::map<std::string, std::string>;

/// Content of a `config` word: one object, {"screen.hint_ms": 9000}; groups in braces as in the terminal's file read
/// the same. `where` names the text in errors. Errors  invalid: every fault at once, a line each: "WHERE:LINE: setting:
/// what is wrong; the mend".
Result<Settings> read_settings(std::string_view text, std::string_view where);
std::string encode_settings(Settings const& settings);
/// What holds for a terminal: of several documents the last that has a setting. Chain, group, store, terminal.
Settings merged(std::span<Settings const> documents);

}  // namespace tillcue::sync
