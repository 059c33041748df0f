#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/live.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::models {

/// A terminal's live.json (firmware/README.md, Live state), to ask what a till with it would say.
struct LiveWords {
  bool stop_all = false;
  std::vector<std::string> stop;
  std::map<std::string, Allotment> grants;
  std::vector<std::string> out_of_stock;
  std::vector<std::string> unread;  ///< fields nobody reads: a till passes over them
};

/// Errors  invalid: all faults at once, each "NAME:LINE: PATH: what".
Result<LiveWords> parse_live_words(std::string_view json, std::string const& name);

/// Tells a Live all of it but stop_all, which is the till's to mind: it says nothing at all then.
void tell(LiveWords const& words, Live& live);

}  // namespace tillcue::models
