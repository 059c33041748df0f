#ifndef TILLCUE_CONTROLLER_H
#define TILLCUE_CONTROLLER_H

/* Scoring for a controller without heap, operating system and exceptions: a bundle in flash, a basket, what to offer.
 * The answers are those of the terminals' engine before its policy, score for score and reason for reason.
 *
 * Owns     nothing: the bundle's bytes stay where they are and must stay; the caller gives the working memory.
 * Threads  a table may be read by several at once, each with working memory of its own.
 * Errors   only opening can fail; afterwards every byte has been checked.
 * Cost     ranking reads the rows of the basket once for each stretch of the catalogue that the memory holds. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TILLCUE_TABLE_NO_ITEM UINT32_MAX
#define TILLCUE_TABLE_NO_PRICE INT64_MIN
#define TILLCUE_TABLE_MOST_OFFERS 16

/* An opened bundle. What is in it is not for callers. */
typedef struct tillcue_table {
  uint64_t inside[56];
} tillcue_table;

/* What is wrong with a bundle: FORMAT.md's rules by number (0: nothing), the section's tag and the byte in it. */
typedef struct tillcue_fault {
  uint32_t rule;
  uint32_t section;
  uint32_t offset;
} tillcue_fault;

/* One place of a ranking. `because` is the item of the basket that speaks loudest for it, or TILLCUE_TABLE_NO_ITEM. */
typedef struct tillcue_place {
  uint32_t item;
  int32_t score;
  uint32_t probability_ppm; /* that it is bought with this basket, millionths */
  uint32_t because;
} tillcue_place;

/* A text of the bundle, UTF-8, not ended by 0. */
typedef struct tillcue_text {
  char const* begin;
  size_t size;
} tillcue_text;

/* Checks all checksums and whatever is read here, and opens it. Returns 1, or 0 and says in `fault` (may be null) what
 * is wrong. Bundles of the first format, without the section AFFP, are refused: it is missing. */
int tillcue_table_open(tillcue_table* table, void const* bytes, size_t size, tillcue_fault* fault);

uint32_t tillcue_table_items(tillcue_table const* table);
/* The item of a SKU or GTIN, or TILLCUE_TABLE_NO_ITEM. */
uint32_t tillcue_table_find(tillcue_table const* table, char const* code, size_t size);
tillcue_text tillcue_table_sku(tillcue_table const* table, uint32_t item);
tillcue_text tillcue_table_name(tillcue_table const* table, uint32_t item);
/* In minor units of the bundle's currency. */
int64_t tillcue_table_price(tillcue_table const* table, uint32_t item);

/* Bytes of working memory with which every row is read once; less works too, down to TILLCUE_TABLE_LEAST_MEMORY. */
size_t tillcue_table_memory(tillcue_table const* table);
#define TILLCUE_TABLE_LEAST_MEMORY 512

/* The best items that are not in the basket, best first; returns how many, at most TILLCUE_TABLE_MOST_OFFERS. Unknown
 * and repeated items of the basket are passed over. `memory` aligned to 4. */
size_t tillcue_table_rank(tillcue_table const* table, uint32_t const* basket, size_t basket_size, void* memory,
                          size_t memory_size, tillcue_place* places, size_t places_size);

#ifdef __cplusplus
}
#endif
#endif
