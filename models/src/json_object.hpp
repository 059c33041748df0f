#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace tillcue::models {

/// Takes the known fields out of one JSON object and collects what is wrong with them, each with its JSON path.
/// A field that is absent leaves the target as it is.
class JsonObject {
 public:
  using Json = nlohmann::json;

  /// Borrows  both. An `object` that is none is reported and then treated as empty.
  JsonObject(Json const& object, std::string path, std::vector<std::string>& problems);
  JsonObject(JsonObject const&) = delete;
  JsonObject& operator=(JsonObject const&) = delete;

  Json const* take(std::string_view key);
  bool require(std::string_view key);
  template <class Int>
  void integer(std::string_view key, std::int64_t least, std::int64_t most, Int& out) {
    if (auto const value = whole(key, least, most)) out = static_cast<Int>(*value);
  }
  /// A number times `scale`, rounded: 0.02 with scale 10^6 -> 20000.
  template <class Int>
  void scaled(std::string_view key, double least, double most, double scale, Int& out) {
    if (auto const value = real(key, least, most)) out = static_cast<Int>(*value * scale + 0.5);
  }
  void text(std::string_view key, std::size_t most, std::string& out);
  void boolean(std::string_view key, bool& out);
  void texts(std::string_view key, std::vector<std::string>& out);
  void problem(std::string_view key, std::string const& what);
  /// Reports every field nobody took.
  void finish();

  /// One of the words: its position.
  std::optional<std::size_t> word(std::string_view key, std::span<std::string_view const> words);
  /// A set of words, a bit for each by its position. An empty list is a fault.
  template <class Mask>
  void words(std::string_view key, std::span<std::string_view const> words, Mask& out) {
    if (auto const mask = word_set(key, words)) out = static_cast<Mask>(*mask);
  }
  /// The entries of a list, each with its path.
  template <class Visit>
  void each(std::string_view key, Visit const& visit) {
    auto const* const list = array(key);
    for (std::size_t n = 0; list != nullptr && n < list->size(); ++n)
      visit((*list)[n], at(key) + "/" + std::to_string(n));
  }

  [[nodiscard]] std::string const& path() const noexcept { return path_; }
  [[nodiscard]] std::string at(std::string_view key) const { return path_ + "/" + std::string(key); }

 private:
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> real(std::string_view key, double least, double most);
  std::optional<std::uint32_t> word_set(std::string_view key, std::span<std::string_view const> words);
  Json const* array(std::string_view key);

  Json const* object_;
  std::string path_;
  std::vector<std::string>* problems_;
  std::vector<std::string> taken_;
};

}  // namespace tillcue::models
