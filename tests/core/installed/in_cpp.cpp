#include <cstdio>

#include <tillcue/core/bundle_writer.hpp>
#include <tillcue/core/parcel.hpp>

int main() {
  // No parcel, and a bundle of nothing: each is refused, with a reason.
  auto const bundle = tillcue::unpack_parcel({}, {});
  auto const written = tillcue::write_bundle(tillcue::BundleSource{});
  if (bundle) return 1;
  std::printf("%s; %s\n", bundle.error().what.c_str(), written ? "an empty bundle" : written.error().what.c_str());
  return 0;
}
