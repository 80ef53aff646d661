/** What the shop sells: every product is a kind in a finish and a size. Prices in cents (USD), weights in grams. */
export type Range = {
  readonly category: string;
  /** The beginning of its SKUs. */
  readonly code: string;
  readonly kinds: readonly string[];
  readonly finishes: readonly string[];
  readonly sizes: readonly string[];
  readonly priceMinor: readonly [number, number];
  readonly grams: readonly [number, number];
};

export const assortment: readonly Range[] = [
  {
    category: 'tea',
    code: 'TEA',
    kinds: ['Sencha', 'Assam', 'Darjeeling', 'Earl Grey', 'Oolong', 'Genmaicha', 'Rooibos', 'Peppermint'],
    finishes: ['Organic', 'First Flush', 'Breakfast', 'House Blend', 'Reserve', 'Everyday'],
    sizes: ['50 g', '100 g', '250 g', '20 bags'],
    priceMinor: [490, 3490],
    grams: [60, 320],
  },
  {
    category: 'coffee',
    code: 'COF',
    kinds: ['Espresso', 'Filter Roast', 'Ethiopia Sidamo', 'Colombia Huila', 'Guatemala Antigua', 'Decaf', 'Sumatra', 'Kenya AA'],
    finishes: ['Whole Bean', 'Ground', 'Dark', 'Medium', 'Light', 'Organic'],
    sizes: ['250 g', '500 g', '1 kg', '10 capsules'],
    priceMinor: [690, 4290],
    grams: [120, 1100],
  },
  {
    category: 'kitchen',
    code: 'KIT',
    kinds: ['Chef Knife', 'Saucepan', 'Cutting Board', 'Mixing Bowl', 'Kettle', 'Colander', 'Baking Tray', 'Measuring Jug'],
    finishes: ['Stainless', 'Enamel', 'Olive Wood', 'Cast Iron', 'Copper', 'Bamboo'],
    sizes: ['small', 'medium', 'large', 'set of 2'],
    priceMinor: [1290, 15990],
    grams: [250, 4200],
  },
  {
    category: 'tableware',
    code: 'TAB',
    kinds: ['Dinner Plate', 'Soup Bowl', 'Mug', 'Tumbler', 'Carafe', 'Cutlery Set', 'Serving Dish', 'Teapot'],
    finishes: ['Stoneware', 'Porcelain', 'Speckled', 'Indigo', 'Ivory', 'Charcoal'],
    sizes: ['single', 'set of 2', 'set of 4', 'set of 6'],
    priceMinor: [890, 8990],
    grams: [300, 3600],
  },
  {
    category: 'home',
    code: 'HOM',
    kinds: ['Throw', 'Cushion', 'Table Lamp', 'Candle', 'Picture Frame', 'Storage Basket', 'Wall Clock', 'Vase'],
    finishes: ['Linen', 'Wool', 'Oak', 'Rattan', 'Smoked Glass', 'Terracotta'],
    sizes: ['small', 'medium', 'large', 'pair'],
    priceMinor: [1190, 12990],
    grams: [200, 3800],
  },
  {
    category: 'bedding',
    code: 'BED',
    kinds: ['Duvet Cover', 'Fitted Sheet', 'Pillowcase', 'Blanket', 'Duvet', 'Mattress Topper', 'Pillow', 'Bedspread'],
    finishes: ['Percale', 'Sateen', 'Washed Linen', 'Jersey', 'Flannel', 'Bamboo'],
    sizes: ['single', 'double', 'queen', 'king'],
    priceMinor: [1990, 17990],
    grams: [350, 4500],
  },
  {
    category: 'garden',
    code: 'GAR',
    kinds: ['Pruning Shears', 'Watering Can', 'Plant Pot', 'Hand Trowel', 'Seed Tray', 'Garden Hose', 'Gloves', 'Bird Feeder'],
    finishes: ['Galvanised', 'Ash Handle', 'Forged', 'Recycled', 'Heritage', 'Compact'],
    sizes: ['small', 'medium', 'large', 'set of 3'],
    priceMinor: [590, 7990],
    grams: [120, 4000],
  },
  {
    category: 'office',
    code: 'OFF',
    kinds: ['Notebook', 'Fountain Pen', 'Desk Lamp', 'Pencil Case', 'File Box', 'Planner', 'Desk Mat', 'Bookend'],
    finishes: ['Dotted', 'Ruled', 'Walnut', 'Felt', 'Brass', 'Matte Black'],
    sizes: ['A6', 'A5', 'A4', 'pack of 3'],
    priceMinor: [390, 9990],
    grams: [80, 2200],
  },
  {
    category: 'electronics',
    code: 'ELE',
    kinds: ['Headphones', 'Bluetooth Speaker', 'Power Bank', 'Keyboard', 'Mouse', 'USB-C Hub', 'Webcam', 'Smart Plug'],
    finishes: ['Graphite', 'Silver', 'Sand', 'Midnight', 'Pro', 'Lite'],
    sizes: ['compact', 'standard', 'plus', '2-pack'],
    priceMinor: [1490, 24990],
    grams: [60, 1400],
  },
  {
    category: 'sports',
    code: 'SPO',
    kinds: ['Yoga Mat', 'Water Bottle', 'Resistance Band', 'Skipping Rope', 'Foam Roller', 'Gym Towel', 'Running Belt', 'Kettlebell'],
    finishes: ['Cork', 'Insulated', 'Studio', 'Trail', 'Core', 'Race'],
    sizes: ['light', 'medium', 'heavy', 'set'],
    priceMinor: [790, 8990],
    grams: [70, 8000],
  },
  {
    category: 'toys',
    code: 'TOY',
    kinds: ['Wooden Train', 'Building Blocks', 'Puzzle', 'Plush Bear', 'Card Game', 'Kite', 'Marble Run', 'Paint Set'],
    finishes: ['Classic', 'Forest', 'Ocean', 'Space', 'Junior', 'Deluxe'],
    sizes: ['24 pieces', '48 pieces', '100 pieces', 'travel size'],
    priceMinor: [690, 6990],
    grams: [100, 2600],
  },
  {
    category: 'care',
    code: 'CAR',
    kinds: ['Hand Soap', 'Body Lotion', 'Shampoo', 'Bath Salt', 'Face Cream', 'Lip Balm', 'Shower Gel', 'Beard Oil'],
    finishes: ['Lavender', 'Citrus', 'Cedar', 'Unscented', 'Rosemary', 'Oat Milk'],
    sizes: ['50 ml', '100 ml', '250 ml', '500 ml'],
    priceMinor: [450, 4490],
    grams: [70, 620],
  },
];
