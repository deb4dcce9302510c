/** Two tables with a foreign key; what most merges here are about. */
export const SHOP = `apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
servers:
  - server: lake
    type: s3
    location: s3://*/main/tables/{model}/
schema:
  - name: customers
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
      - name: email
        logicalType: string
        required: true
  - name: orders
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
      - name: customer_id
        logicalType: integer
        required: true
        relationships:
          - to: customers.id
      - name: amount
        logicalType: number
        logicalTypeOptions:
          minimum: 0
`;

export const CONTRACTS = { 'shop.odcs.yaml': SHOP };

export const CUSTOMERS = 'tables/customers/part-0.csv';
export const ORDERS = 'tables/orders/part-0.csv';

/** Data that the contract approves. */
export const FILES = {
  [CUSTOMERS]: csv('id,email', '1,ada@example.org', '2,ben@example.org', '3,cy@example.org'),
  [ORDERS]: csv('id,customer_id,amount', '10,1,99.50', '11,2,0'),
};

export function csv(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
