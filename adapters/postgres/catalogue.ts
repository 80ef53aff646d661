import type { Pool } from 'pg';
import type { Catalogue, Product } from '../../platform/ports/catalogue.ts';
import { translated } from './queryable.ts';

const columns = 'sku, name, category, prices_minor as "pricesMinor", unit_grams as "unitGrams"';

/** The products, in one round trip a call. */
export function createCatalogue(pool: Pool): Catalogue {
  const database = translated(pool);
  return {
    async find(skus) {
      if (skus.length === 0) return new Map();
      const { rows } = await database.query<Product>(
        `select ${columns} from catalogue.products where sku = any ($1::text[])`,
        [skus],
      );
      return new Map(rows.map((product) => [product.sku, product]));
    },

    async list({ afterSku = '', category, limit }) {
      const narrowed = category === undefined ? '' : 'and category = $3';
      const { rows } = await database.query<Product>(
        `select ${columns} from catalogue.products where sku > $1 ${narrowed} order by sku limit $2`,
        [afterSku, limit, ...(category === undefined ? [] : [category])],
      );
      return rows;
    },
  };
}
