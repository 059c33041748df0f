#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tillcue::models {

/// The words of a text in their order: runs of letters and digits in small letters, Latin accents and ё taken off.
std::vector<std::string> folded_words(std::string_view text);

/// Phrases to look for in texts: "ginger beer", "*bier", "vape*".
class WordPatterns {
 public:
  void add(std::string_view pattern);
  /// The first pattern found in the words, as it was written; empty: none.
  [[nodiscard]] std::string_view find(std::vector<std::string> const& words) const;

 private:
  struct Pattern {
    std::string text;
    std::vector<std::string> words;
  };
  [[nodiscard]] static bool matches(Pattern const& pattern, std::vector<std::string> const& words, std::size_t at);

  std::vector<Pattern> patterns_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_first_;
  std::vector<std::size_t> open_;  ///< whose first word has a star
};

}  // namespace tillcue::models
