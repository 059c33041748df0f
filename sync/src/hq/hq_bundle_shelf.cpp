#include "tillcue/sync/hq_bundle_shelf.hpp"

#include <fstream>
#include <system_error>

#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

Result<BundleShelf> BundleShelf::open(std::filesystem::path folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Code::io, folder.string() + ": " + error.message() + "; name a folder that can be written");
  return BundleShelf{std::move(folder)};
}

Result<void> BundleShelf::put(Sha256 const& object, std::span<std::byte const> bytes) const {
  auto const file = folder_ / object.hex();
  std::error_code error;
  if (std::filesystem::exists(file, error)) return {};
  auto const part = folder_ / (object.hex() + ".part");
  std::ofstream out{part, std::ios::binary | std::ios::trunc};
  out.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return fail(Code::io, part.string() + ": cannot be written; is the disk full?");
  std::filesystem::rename(part, file, error);
  if (error) return fail(Code::io, file.string() + ": " + error.message());
  return {};
}

Result<std::vector<std::byte>> BundleShelf::whole(Sha256 const& object) const {
  auto const file = folder_ / object.hex();
  auto const text = read_file(file, kMaxBundle);
  if (!text && text.error().code == Code::not_found) {
    return fail(Code::not_found, file.string() + ": not published from here");
  }
  if (!text) return tl::unexpected(text.error());
  auto const bytes = as_bytes(*text);
  return std::vector<std::byte>{bytes.begin(), bytes.end()};
}

Result<std::string> BundleShelf::chunk(Sha256 const& object, std::uint32_t index) const {
  auto const file = folder_ / object.hex();
  std::ifstream in{file, std::ios::binary};
  if (!in) return fail(Code::not_found, file.string() + ": not published from here");
  in.seekg(0, std::ios::end);
  auto const size = static_cast<std::uint64_t>(in.tellg());
  std::uint64_t const begin = std::uint64_t{index} * kChunkBytes;
  if (begin >= size) return fail(Code::not_found, file.string() + ": has no piece " + std::to_string(index));
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, size - begin)), '\0');
  in.seekg(static_cast<std::streamoff>(begin));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return fail(Code::io, file.string() + ": cannot be read");
  return bytes;
}

}  // namespace tillcue::sync
