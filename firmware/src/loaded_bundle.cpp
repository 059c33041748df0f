#include "loaded_bundle.hpp"

#include "tillcue/sync/bundle_store.hpp"

namespace tillcue::terminal {
namespace {

struct Loaded {
  sync::MappedFile file;
  Bundle bundle;
};

}  // namespace

Result<std::shared_ptr<Bundle const>> load_bundle(std::filesystem::path const& file) {
  auto mapped = sync::MappedFile::open(file);
  if (!mapped) return tl::unexpected(mapped.error());
  auto bundle = Bundle::from_bytes(mapped->bytes());
  if (!bundle) return tl::unexpected(bundle.error().within(file.string()));
  // Moving a mapping does not move the mapped bytes.
  auto loaded = std::make_shared<Loaded>(Loaded{std::move(*mapped), std::move(*bundle)});
  return std::shared_ptr<Bundle const>(loaded, &loaded->bundle);
}

Result<void> fits_store(Bundle const& bundle, StoreConfig const& store) {
  auto const currency = bundle.info().currency;
  if (currency == store.currency) return {};
  return fail(Code::rejected, "the bundle's prices are in " + std::string(currency.text()) + ", this store sells in " +
                                  std::string(store.currency.text()) + "; build it with --currency " +
                                  std::string(store.currency.text()));
}

}  // namespace tillcue::terminal
