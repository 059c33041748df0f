#include "tillcue/firmware/secret.hpp"

#include <charconv>

#include "kept_file.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

/// Of what is no key file either: enough to say how large it is.
constexpr std::size_t kMostRead = 1024 * 1024;

}  // namespace

Result<Secret> Secret::load(std::filesystem::path const& file) {
  auto const text = read_regular_file(file, kMostRead);
  if (!text) return tl::unexpected(text.error());
  if (text->size() < kLeast || text->size() > kMost) {
    return fail(Code::invalid, file.string() + ": a key file holds " + std::to_string(kLeast) + " to " +
                                   std::to_string(kMost) + " bytes, this one " + std::to_string(text->size()) +
                                   "; make one with: openssl rand -out FILE 32");
  }
  auto const bytes = sync::as_bytes(*text);
  return Secret(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

Result<Secret> Secret::make() {
  auto bytes = sync::random_bytes(kLeast);
  if (!bytes) return tl::unexpected(bytes.error());
  return Secret(std::move(*bytes));
}

Result<Secret> Secret::load_or_make(std::filesystem::path const& file) {
  auto found = load(file);
  if (found || found.error().code != Code::not_found) return found;
  auto made = make();
  if (!made) return tl::unexpected(made.error().within(file.string()));
  if (auto const kept = made->keep(file); !kept) return tl::unexpected(kept.error());
  return made;
}

Result<void> Secret::keep(std::filesystem::path const& file) const { return keep_file(file, bytes_); }

std::string Secret::digest(std::string_view purpose, std::string_view text) const {
  return sync::pseudonym(bytes_, std::string(purpose) + ":" + std::string(text));
}

std::uint64_t Secret::number(std::string_view purpose, std::string_view text) const {
  auto const hex = digest(purpose, text);
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + 16, value, 16);
  return value;
}

}  // namespace tillcue::terminal
