#include "tillcue/firmware/secret.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

/// Under another name first: a power cut must not leave half a key under the right one.
Result<void> keep(std::filesystem::path const& file, std::vector<std::byte> const& bytes) {
  auto const draft = file.string() + ".new";
  int const fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::io, file.string() + ": cannot be made: " + std::strerror(errno));
  auto const written = ::write(fd, bytes.data(), bytes.size());
  bool const kept = written == static_cast<ssize_t>(bytes.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!kept || ::rename(draft.c_str(), file.c_str()) != 0) {
    auto const why = std::string(std::strerror(errno));
    ::unlink(draft.c_str());
    return fail(Code::io, file.string() + ": cannot be written: " + why);
  }
  int const folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    (void)::fsync(folder);
    ::close(folder);
  }
  return {};
}

}  // namespace

Result<Secret> Secret::load(std::filesystem::path const& file) {
  std::error_code gone;
  if (!std::filesystem::exists(file, gone)) return fail(Code::not_found, file.string() + ": no such key file");
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream.good() && !stream.eof()) return fail(Code::io, file.string() + ": cannot be read");
  if (text.size() < kLeast || text.size() > kMost) {
    return fail(Code::invalid, file.string() + ": a key file holds " + std::to_string(kLeast) + " to " +
                                   std::to_string(kMost) + " bytes, this one " + std::to_string(text.size()) +
                                   "; make one with: openssl rand -out FILE 32");
  }
  auto const bytes = sync::as_bytes(text);
  return Secret(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

Result<Secret> Secret::load_or_make(std::filesystem::path const& file) {
  auto found = load(file);
  if (found || found.error().code != Code::not_found) return found;
  auto bytes = sync::random_bytes(kLeast);
  if (!bytes) return tl::unexpected(bytes.error().within(file.string()));
  if (auto const kept = keep(file, *bytes); !kept) return tl::unexpected(kept.error());
  return Secret(std::move(*bytes));
}

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
