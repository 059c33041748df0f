#include "tillcue/sync/hq_keys.hpp"

#include <system_error>

#include "key_folder.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPublicEnd = ".pub.pem";
constexpr std::string_view kPrivateEnd = ".key.pem";

KeyEntry entry(fs::path const& folder, std::string const& name) {
  return {name, "", folder / (name + std::string{kPrivateEnd}), folder / (name + std::string{kPublicEnd})};
}

}  // namespace

Result<KeyEntry> init_key(fs::path const& folder, std::string const& name) {
  if (!is_topic_name(name)) return fail(Code::invalid, "--name: \"" + name + "\"; use letters, digits, - _ .");
  auto made = entry(folder, name);
  std::error_code error;
  for (auto const& file : {made.private_file, made.public_file}) {
    if (!fs::exists(file, error)) continue;
    return fail(Code::rejected, file.string() +
                                    ": exists and is not overwritten; terminals may trust it. "
                                    "Choose another --name or --dir");
  }
  if (auto done = make_key_folder(folder); !done) return tl::unexpected{done.error()};

  auto const key = SigningKey::generate();
  if (!key) return tl::unexpected{key.error()};
  if (auto done = key->save(made.private_file); !done) return tl::unexpected{done.error()};
  if (auto done = key->public_key().save(made.public_file); !done) return tl::unexpected{done.error()};
  made.id = key->id();
  return made;
}

Result<std::vector<KeyEntry>> list_keys(fs::path const& folder) {
  auto const names = names_in_key_folder(folder, kPublicEnd);
  if (!names) return tl::unexpected{names.error()};
  std::error_code error;
  std::vector<KeyEntry> keys;
  for (auto const& name : *names) {
    auto found = entry(folder, name);
    auto const key = PublicKey::load(found.public_file);
    if (!key) return tl::unexpected{key.error()};
    found.id = key->id();
    if (!fs::exists(found.private_file, error)) found.private_file.clear();
    keys.push_back(std::move(found));
  }
  return keys;
}

}  // namespace tillcue::sync
