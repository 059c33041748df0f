#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/campaign_compile.hpp"

namespace tillcue::models {

/// Something about a campaigns file that its fields alone do not show.
struct Finding {
  FilePlace place;
  bool error = false;  ///< it can never do what it says; else worth a second look
  std::string what;    ///< with the mend
};

/// Empty when there is something to say in `language`: words of Tillcue's own or in the file's texts. Else that there
/// is not, and that `otherwise` or English is spoken.
std::string language_note(Campaigns const& campaigns, std::string_view language, std::string_view otherwise = "en");

/// What cannot work, or not as meant, with these items: offers nobody may make, prices that no guard lets pass, times
/// that are over, budgets without money. `source` after apply_campaigns(); its date is the time now, `day` what that
/// is called. In the order of the file.
std::vector<Finding> cross_check(Campaigns const& campaigns, AppliedCampaigns const& applied,
                                 BundleSource const& source, std::string_view day = "the data's last day");

/// "FILE:12: error: /campaigns/0: ..."
std::string text_of(Finding const& finding, std::string const& file);

}  // namespace tillcue::models
