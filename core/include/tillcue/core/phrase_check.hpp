#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tillcue {

/// Head office's own words, looked at before a till says them.
struct PhraseCheck {
  std::vector<std::string> faults;  ///< a mistake that everybody would see or hear; each with its mend
  std::vector<std::string> doubts;  ///< what works, and hardly as meant
  std::set<std::string> variables;  ///< that are said
  std::set<std::string> bare;       ///< of these: also outside of [brackets]
};

/// A template of offer.hpp in `language`: variables that do not exist or are not counted, braces and brackets without
/// their other half, plural cases that this language does not count by, lacks, or that lack "other".
PhraseCheck check_phrase(std::string_view text, std::string_view language);

/// Characters of the template without its variables; of plural cases the longest counts.
std::size_t plain_length(std::string_view text);

/// True for a text key that something says: "script.upgrade", "headline.percent".
bool is_said(std::string_view key);

/// True for a language that Tillcue brings words of its own in; others are head office's, or English is said.
bool has_own_words(std::string_view language) noexcept;

}  // namespace tillcue
