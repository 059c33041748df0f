#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace tillcue::pos {

/// One line with its \n. A text that is not UTF-8 gets U+FFFD in place of the bad bytes: a name from a POS with
/// another code page must not cost the till its answer.
inline std::string json_line(nlohmann::ordered_json const& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace tillcue::pos
