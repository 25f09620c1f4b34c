export * from '../../base/heat';
