#pragma once

#include <string>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue {

/// Every rule a bundle source must keep, except unique codes (the code index finds those).
/// Errors  invalid: the first broken rule, naming item, campaign or text and the mend.
Result<void> check_source(BundleSource const& source);

/// The part of it that head office writes: policy, campaigns, ladders, negative pairs.
Result<void> check_rules(BundleSource const& source);

/// "bundle source: WHERE: RULE".
tl::unexpected<Error> broken(std::string const& where, std::string const& rule);
std::string item_name(BundleSource const& source, std::size_t n);
Result<void> check_identifier(std::string const& text, std::string const& where, char const* what);
Result<void> check_text(std::string const& text, std::string const& where, char const* what);

}  // namespace tillcue
