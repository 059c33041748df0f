#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "json_lines.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::models {

/// Comments are allowed.  Errors  invalid: "NAME:LINE: is not JSON: ...".
Result<nlohmann::json> parse_json(std::string_view json, std::string const& name);

/// Problems "PATH: what" as one error, each "NAME:LINE: PATH: what", in the order of the file.
Error all_problems(std::vector<std::string> const& problems, JsonLines const& lines, std::string const& name);

}  // namespace tillcue::models
